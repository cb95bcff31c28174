/**
 * Keeps the page current: when the server says that something has changed, the page is fetched again
 * and its main part swapped, without moving what the reader looks at. Moments are shown in the
 * reader's own time. Without scripts the page reloads by itself, in UTC.
 */
const live = document.getElementById("live");
let shown = document.getElementById("main").dataset.stamp;
let wanted = shown;
let busy = false;

const events = new EventSource("/events");
events.addEventListener("open", () => say("live"));
events.addEventListener("error", () => say("reconnecting"));
events.addEventListener("stamp", ({ data }) => {
  wanted = data;
  update();
});
document.addEventListener("visibilitychange", update);
// A stream that is left open keeps the page from being kept for the way back.
addEventListener("pagehide", () => events.close());
addEventListener("pageshow", ({ persisted }) => persisted && location.reload());

const ZONE = new Intl.DateTimeFormat().resolvedOptions().timeZone;
const PARTS = new Intl.DateTimeFormat("en-GB", {
  weekday: "short",
  day: "numeric",
  month: "short",
  hour: "2-digit",
  minute: "2-digit",
  hourCycle: "h23",
});
localize(document);
document.getElementById("zone").textContent = ZONE === "UTC"
  ? "All times are UTC."
  : `Times are your own (${ZONE}); UTC when you point at them.`;

// One menu at a time; Escape closes it.
document.addEventListener("toggle", ({ target }) => {
  if (!target.open || !target.matches(".menu")) return;
  for (const menu of document.querySelectorAll(".menu[open]")) {
    if (menu !== target) menu.open = false;
  }
}, true);
document.addEventListener("keydown", ({ key }) => {
  if (key !== "Escape") return;
  const menu = document.querySelector(".menu[open]");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});
// What somebody has begun to fill in is not swapped.
document.addEventListener("input", ({ target }) => {
  target.closest("form")?.setAttribute("data-touched", "");
});

function say(state) {
  live.className = state;
  live.textContent = state;
}

/** Moments in the reader's own time; "today" is the server's. */
function localize(root, main = document.getElementById("main")) {
  const today = dayOf(partsOf(new Date(main.dataset.now)));
  for (const time of root.querySelectorAll("time[datetime]")) {
    const parts = partsOf(new Date(time.dateTime));
    const clock = `${parts.hour}:${parts.minute}`;
    if (time.dataset.as === "hour") {
      time.textContent = `${parts.weekday} ${parts.day} ${clock}`;
    } else if (time.dataset.as !== "age") {
      const day = dayOf(parts);
      time.textContent = day === today ? clock : `${day} ${clock}`;
    }
  }
}

function partsOf(date) {
  return Object.fromEntries(
    PARTS.formatToParts(date).map(({ type, value }) => [type, value]),
  );
}

function dayOf({ day, month }) {
  return `${day} ${month}`;
}

/** What is being read or copied is left alone; it is current again soon after. */
function inUse() {
  const isStill = "still" in document.getElementById("main").dataset;
  return isStill || document.hidden || !getSelection().isCollapsed;
}

async function update() {
  if (busy || wanted === shown) return;
  busy = true;
  try {
    if (!inUse()) await swap();
  } catch {
    say("reconnecting");
  }
  setTimeout(() => {
    busy = false;
    update();
  }, 1000);
}

async function swap() {
  const goal = wanted;
  const answer = await fetch(location.href);
  const text = await answer.text();
  const fresh = new DOMParser().parseFromString(text, "text/html");
  const main = fresh.getElementById("main");
  if (!main) throw new Error(`answer ${answer.status}`);
  localize(main, main);

  const old = document.getElementById("main");
  // A message is said once, and stays until the reader goes on.
  const flash = old.querySelector(".flash");
  if (flash && !main.querySelector(".flash")) main.prepend(flash);
  for (const part of old.querySelectorAll("details[id][open]")) {
    const same = main.querySelector(`#${CSS.escape(part.id)}`);
    if (same) same.open = true;
  }
  const focused = old.contains(document.activeElement)
    ? document.activeElement
    : null;
  const again = focused && selectorOf(focused);
  const anchor = anchorOf(old);
  keepForms(old, main);

  old.replaceChildren(...main.childNodes);
  document.title = fresh.title;
  old.dataset.now = main.dataset.now;
  old.dataset.stamp = shown = goal;
  if (focused) {
    const next = focused.isConnected ? focused : again && find(old, again);
    next?.focus({ preventScroll: true });
  }
  anchor();
}

/** A form that somebody is in, or has begun to fill in, stays as it is. */
function keepForms(old, fresh) {
  const selector = "form[action]";
  const forms = [...fresh.querySelectorAll(selector)];
  for (const form of old.querySelectorAll(selector)) {
    const isUsed = form.matches(":focus-within") || "touched" in form.dataset;
    const same = isUsed && forms.find((one) => keyOf(one) === keyOf(form));
    if (same) same.replaceWith(form);
  }
}

function keyOf(form) {
  const ticket = form.querySelector("[name=ticket]")?.value ?? "";
  const step = form.querySelector("[name=step]")?.value ?? "";
  return `${form.getAttribute("action")} ${ticket} ${step}`;
}

function selectorOf(element) {
  const href = element.getAttribute("href");
  if (href) return `a[href="${CSS.escape(href)}"]`;
  if (element.id) return `#${CSS.escape(element.id)}`;
  const details = element.closest("details[id]");
  return details && `#${CSS.escape(details.id)} > summary`;
}

function find(root, selector) {
  return root.querySelector(selector);
}

/** Remembers where what the reader looks at stands; the result puts it there again. */
function anchorOf(root) {
  const { scrollX: x, scrollY: y } = globalThis;
  if (y === 0) return () => scrollTo(x, 0);
  const seen = [...root.querySelectorAll("[data-key], [aria-labelledby]")]
    .map((part) => ({
      name: nameOf(part),
      room: roomOf(part),
      top: part.getBoundingClientRect().top,
    }))
    .filter(({ top }) => top >= 0 && top < innerHeight);
  return () => {
    for (const { name, room, top } of seen) {
      const same = find(root, name);
      // A ticket that has moved on to another column is not followed.
      if (!same || roomOf(same) !== room) continue;
      scrollTo(x, scrollY + same.getBoundingClientRect().top - top);
      return;
    }
    scrollTo(x, y);
  };
}

function nameOf({ dataset, attributes }) {
  return dataset.key
    ? `[data-key="${CSS.escape(dataset.key)}"]`
    : `[aria-labelledby="${CSS.escape(attributes["aria-labelledby"].value)}"]`;
}

function roomOf(part) {
  return part.closest("[aria-labelledby]")?.getAttribute("aria-labelledby");
}
