"""The certificate of a calling integration: duties, recorded traffic, stand, judgement.

It proves nothing about a platform, and no run of the platform's certification collects it.
"""
