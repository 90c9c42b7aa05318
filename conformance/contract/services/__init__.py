"""The platform's surface, a module or a package a service; `conformance.contract` finds them."""
