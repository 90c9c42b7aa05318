"use strict";
(() => {
  // Everything from the target becomes text, never markup: textContent and nothing else.
  const [ID, ACTOR, OPERATION, AT, MS, LINE, SENT, STATUS, CAME, ERROR, VIOLATED, ASKED, SAID] =
    Array(13).keys();
  const NOT_KEPT = -2;
  let parsed;
  const data = () => (parsed ??= JSON.parse(document.getElementById("evidence").textContent));

  const el = (name, text, kind) => {
    const made = document.createElement(name);
    if (text !== undefined) made.textContent = text;
    if (kind) made.className = kind;
    return made;
  };

  const body = (index) => {
    if (index === NOT_KEPT) {
      return el("p", "The body is not kept in this page; it stands in exchanges.jsonl.", "muted");
    }
    if (index < 0) return el("p", "no body", "muted");
    const [value, length] = data().bodies[index];
    const pre = el("pre", typeof value === "string" ? value : JSON.stringify(value, null, 2));
    pre.tabIndex = 0;
    if (length === undefined) return pre;
    const both = el("div");
    const note = `Cut at ${value.length} of ${length} characters; the whole stands in exchanges.jsonl.`;
    both.append(pre, el("p", note, "muted"));
    return both;
  };

  const side = (title, headers, content) => {
    const made = el("div");
    const lines = headers.map((index) => data().strings[index]).join("\n");
    made.append(el("h4", title));
    if (lines) made.append(el("pre", lines, "headers"));
    made.append(body(content));
    return made;
  };

  const exchange = (row, open) => {
    const { strings } = data();
    const made = el("details", undefined, "exchange");
    const summary = el("summary");
    summary.append(
      el("code", strings[row[LINE]]),
      el("b", row[STATUS] ? `→ ${row[STATUS]}` : "→ no answer"),
      el("i", `${strings[row[ACTOR]]} · ${row[MS]} ms · ${row[AT]}`),
    );
    made.append(summary);
    const fill = () => {
      if (made.children.length > 1) return;
      made.append(el("p", `${row[ID]} · ${strings[row[OPERATION]]}`, "muted"));
      if (row[ERROR]) made.append(el("p", row[ERROR]));
      row[VIOLATED].forEach((note) => made.append(el("p", `Invariant violated: ${note}`)));
      const facing = el("div", undefined, "facing");
      facing.append(
        side("Request", row[SENT], row[ASKED]),
        side("Response", row[CAME], row[SAID]),
      );
      made.append(facing);
    };
    made.addEventListener("toggle", fill);
    made.open = open;
    return made;
  };

  const unfold = (place) => {
    if (place.dataset.done) return;
    place.dataset.done = "1";
    const wanted = place.dataset.x.split(" ").filter(Boolean).map(Number);
    if (!wanted.length) {
      place.append(el("p", "No exchange was recorded for this check.", "muted"));
      return;
    }
    const rows = wanted.map((index) => data().rows[index]).filter(Boolean);
    rows.forEach((row) => place.append(exchange(row, rows.length === 1)));
    const missing = wanted.length - rows.length;
    if (missing) {
      const said = `${missing} more not kept in this page: see exchanges.jsonl.`;
      place.append(el("p", said, "muted"));
    }
  };

  // toggle does not bubble, but it can be captured.
  document.addEventListener(
    "toggle",
    ({ target }) => target.open && target.dataset.x !== undefined && unfold(target),
    true,
  );

  const reveal = () => {
    const named = document.querySelector(":target");
    if (named instanceof HTMLDetailsElement) named.open = true;
  };
  addEventListener("hashchange", reveal);
  reveal();

  const say = (text) => (document.getElementById("said").textContent = text);
  const copied = async (text) => {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      const area = el("textarea", text, "unseen");
      document.body.append(area);
      area.select();
      const done = document.execCommand("copy");
      area.remove();
      return done;
    }
  };
  document.querySelectorAll("button.copy").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", async () => {
      const done = await copied(button.parentElement.querySelector("code").textContent);
      button.textContent = done ? "Copied" : "Select and copy";
      say(button.textContent);
      button.focus();
      setTimeout(() => (button.textContent = "Copy"), 2000);
    });
  });
})();
