"use strict";
(() => {
  // Everything from the target becomes text, never markup: textContent and nothing else.
  const [ID, ACTOR, OPERATION, AT, MS, LINE, STATUS, ERROR, VIOLATED] = Array(9).keys();
  const [NODE, VERDICT, MESSAGE, CAUSE, COUNTS, SECONDS, CERTAINTY, LINES] = Array(8).keys();

  const el = (name, text, kind) => {
    const made = document.createElement(name);
    if (text !== undefined) made.textContent = text;
    if (kind) made.className = kind;
    return made;
  };
  const one = (id) => document.getElementById(id);
  const all = (selector, place = document) => [...place.querySelectorAll(selector)];
  const say = (text) => (one("said").textContent = text);

  // --- the evidence: unpacked when it is first asked for ---

  const unpack = async () => {
    const packed = Uint8Array.from(atob(one("evidence").textContent.trim()), (c) => c.charCodeAt(0));
    const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
    const found = JSON.parse(await new Response(stream).text());
    // Where each exchange stands among those of its shape.
    const counts = found.shapes.map(() => 0);
    found.place = found.shape.map((shape) => (shape < 0 ? -1 : counts[shape]++));
    return found;
  };
  let unpacked;
  const data = () => (unpacked ??= unpack());

  const build = (shape, next) => {
    if (Array.isArray(shape)) return shape.map((part) => build(part, next));
    if (shape === null || typeof shape !== "object") return next();
    return Object.fromEntries(Object.entries(shape).map(([name, part]) => [name, build(part, next)]));
  };
  const whole = (found, index) => {
    const shape = found.shape[index];
    if (shape < 0) return undefined;
    let column = 0;
    const next = () => found.values[shape][column++][found.place[index]];
    return build(found.shapes[shape], next);
  };

  // --- one exchange ---

  const body = ([value, length] = []) => {
    if (value === undefined) return el("p", "no body", "muted");
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
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
    made.append(el("h4", title));
    if (lines.length) made.append(el("pre", lines.join("\n"), "headers"));
    made.append(body(content));
    return made;
  };

  // The path alone, unless it went somewhere else than to the target.
  const short = (found, line) =>
    line.replace(/ https?:\/\/([^/]+)/, (place, host) => (host === found.host ? " " : place));

  const exchange = (found, index, open, isJudged) => {
    const of = (column) => found.lines[column][index];
    const made = el("details", undefined, isJudged ? "exchange judged" : "exchange");
    const summary = el("summary");
    summary.append(
      el("code", short(found, found.strings[of(LINE)])),
      el("b", of(STATUS) ? `→ ${of(STATUS)}` : "→ no answer"),
      el("i", `${found.strings[of(ACTOR)]} · ${of(MS)} ms · ${of(AT)}${isJudged ? " · judged" : ""}`),
    );
    made.append(summary);
    const fill = () => {
      if (made.children.length > 1) return;
      made.append(el("p", `${of(ID)} · ${found.strings[of(OPERATION)]}`, "muted"));
      if (of(ERROR)) made.append(el("p", of(ERROR)));
      (of(VIOLATED) || []).forEach((note) => made.append(el("p", `Invariant violated: ${note}`)));
      const kept = whole(found, index);
      if (!kept) {
        made.append(el("p", "The rest of it is not kept in this page: see exchanges.jsonl.", "muted"));
        return;
      }
      const facing = el("div", undefined, "facing");
      facing.append(side("Request", kept[0], kept[1]), side("Response", kept[2], kept[3]));
      made.append(facing);
    };
    made.addEventListener("toggle", fill);
    made.open = open;
    return made;
  };

  const scene = (found, place, indices, judged) => {
    if (!indices.length) {
      place.append(el("p", "No exchange was recorded for this check.", "muted"));
      return;
    }
    const last = judged ?? indices[indices.length - 1];
    const list = el("ol", undefined, "scene");
    const known = indices.filter((index) => index < found.shape.length);
    known.forEach((index) => {
      const item = el("li");
      item.append(exchange(found, index, index === last, index === judged));
      list.append(item);
    });
    place.append(list);
    if (known.length < indices.length) {
      place.append(el("p", `${indices.length - known.length} more stand in exchanges.jsonl.`, "muted"));
    }
  };

  // --- folds that are filled when they are opened ---

  const check = (found, row) => {
    const made = el("details", undefined, "check");
    const summary = el("summary");
    summary.append(
      el("b", row[VERDICT], `v ${row[VERDICT]}`),
      el("code", row[NODE]),
      el("i", `${row[SECONDS].toFixed(2)} s`),
    );
    made.append(summary);
    const counts = Object.entries(row[COUNTS]).map(([name, value]) => `${name} ${value}`);
    const said = [row[CAUSE] && `Cause: ${row[CAUSE]}`, row[CERTAINTY] && `judged as ${row[CERTAINTY]}`];
    const told = [...said, ...counts].filter(Boolean).join(" · ");
    if (row[MESSAGE]) made.append(el("p", row[MESSAGE]));
    made.addEventListener("toggle", () => {
      if (made.dataset.done) return;
      made.dataset.done = "1";
      if (told) made.append(el("p", told, "muted"));
      scene(found, made, row[LINES]);
    });
    return made;
  };

  const requirement = (found, place) => {
    const inside = place.querySelector(".inside");
    const rows = found.checks[place.id] || [];
    rows.forEach((row) => inside.append(check(found, row)));
    if (!rows.length) inside.append(el("p", "No check of this requirement ran."));
  };

  const fill = async (place) => {
    if (place.dataset.done) return;
    place.dataset.done = "1";
    try {
      const found = await data();
      if (place.matches(".requirement")) requirement(found, place);
      if (place.matches(".evidence")) {
        const { lines, judged } = place.dataset;
        scene(found, place, lines.split(" ").map(Number), judged && Number(judged));
      }
      if (place.matches(".script")) place.querySelector("code").textContent = found.scripts[place.dataset.node];
      place.dataset.done = "2";
    } catch {
      place.append(el("p", "This browser cannot unpack the evidence: see exchanges.jsonl.", "muted"));
    }
  };

  // toggle does not bubble, but it can be captured.
  document.addEventListener(
    "toggle",
    ({ target }) => target.open && target.matches(".requirement, .evidence, .script") && fill(target),
    true,
  );

  // --- search and filters ---

  const form = document.querySelector("form.tools");
  const rows = all(".requirement[id]").filter((row) => row.id);
  const words = rows.map((row) => row.querySelector("summary").textContent.toLowerCase());
  let more = rows.map(() => "");
  const deepen = async () => {
    const found = await data().catch(() => undefined);
    if (!found) return;
    const said = (row) => `${row[NODE]} ${row[MESSAGE]} ${row[LINES].map(operation).join(" ")}`;
    const operation = (index) => found.strings[(found.lines[OPERATION] || [])[index]] || "";
    more = rows.map((row) => (found.checks[row.id] || []).map(said).join(" ").toLowerCase());
  };
  const value = (name) => one(`f-${name}`).value;
  const fits = (row) =>
    (!value("verdict") || row.dataset.v === value("verdict")) &&
    (!value("step") || row.dataset.s === value("step")) &&
    (!value("level") || row.dataset.l === value("level")) &&
    (!value("counted") || (value("counted") === "all" ? row.dataset.c : row.dataset.c === value("counted")));
  const filter = () => {
    const asked = one("q").value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    rows.forEach((row, index) => {
      const text = `${words[index]} ${more[index]}`;
      row.hidden = !fits(row) || !asked.every((word) => text.includes(word));
      shown += !row.hidden;
    });
    all(".step[id]").forEach((step) => {
      step.hidden = !step.querySelector(".requirement:not([hidden])");
    });
    one("hits").textContent = `${shown} of ${rows.length} requirements`;
  };
  const set = (wanted) => {
    form.reset();
    new URLSearchParams(wanted).forEach((to, name) => (one(`f-${name}`).value = to));
    filter();
  };
  if (form) {
    form.hidden = false;
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("reset", () => setTimeout(filter));
    form.addEventListener("input", filter);
    one("q").addEventListener("focus", () => deepen().then(filter), { once: true });
    document.addEventListener("keydown", (event) => {
      if (event.key === "/" && !event.target.matches("input, select, textarea")) {
        event.preventDefault();
        one("q").focus();
      }
    });
    all("[data-filter]").forEach((link) =>
      link.addEventListener("click", () => set(link.dataset.filter)),
    );
    filter();
  }

  // --- links into folds ---

  const reveal = () => {
    const named = one(decodeURIComponent(location.hash.slice(1)));
    if (!named) return;
    if (named.hidden || named.closest("[hidden]")) set("");
    for (let at = named; at; at = at.parentElement) if (at.matches("details")) at.open = true;
    named.scrollIntoView();
  };
  addEventListener("hashchange", reveal);
  reveal();

  // --- copying ---

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
  all("button.copy").forEach((button) => {
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
