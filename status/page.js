/**
 * Keeps the page current: when the server says that something has changed, the page is fetched again
 * and its main part swapped, without losing the reader's place. Without scripts it reloads by itself.
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

function say(state) {
  live.className = state;
  live.textContent = state;
}

/** What is being read or copied is left alone; it is current again soon after. */
function inUse() {
  return document.hidden || !getSelection().isCollapsed;
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

  const old = document.getElementById("main");
  const href = old.contains(document.activeElement) &&
    document.activeElement.getAttribute("href");
  const scrolled = [...old.querySelectorAll("[id]")].filter((part) =>
    part.scrollTop > 0
  ).map((part) => [part.id, part.scrollTop]);
  const { scrollX, scrollY } = globalThis;

  old.replaceChildren(...main.childNodes);
  document.title = fresh.title;
  old.dataset.stamp = shown = goal;
  for (const [id, top] of scrolled) {
    const part = document.getElementById(id);
    if (part) part.scrollTop = top;
  }
  if (href) {
    old.querySelector(`a[href="${CSS.escape(href)}"]`)
      ?.focus({ preventScroll: true });
  }
  scrollTo(scrollX, scrollY);
}
