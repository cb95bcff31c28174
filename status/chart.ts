/**
 * The last 24 hours as a small picture.
 *
 * @module
 */
import { html } from "hono/html";
import type { BoardView } from "./queries.ts";
import type { Html } from "./pages.ts";

const WIDTH = 432;
const HEIGHT = 84;
const SLOT = WIDTH / 24;
const BAR = 6;

/** Bars of the tickets opened and closed in each hour; its label says the same in words. */
export function dayChart(hours: BoardView["hours"]): Html {
  const most = Math.max(1, ...hours.flatMap((h) => [h.opened, h.closed]));
  const sum = (what: "opened" | "closed") =>
    hours.reduce((total, hour) => total + hour[what], 0);
  const label = `Last 24 hours: ${sum("opened")} opened, ${
    sum("closed")
  } closed; at most ${most} in an hour`;
  return html`
    <figure class="chart">
      <svg viewBox="0 0 ${WIDTH} ${HEIGHT + 18}" role="img"
        aria-label="${label}">
    <path class="axis" d="M0 ${HEIGHT + 0.5}H${WIDTH}"/>
    ${hours.map(({ at, opened, closed }, i) => {
      const x = i * SLOT + 2;
      return html`<g><title>${
        at.slice(11, 16)
      }: ${opened} opened, ${closed} closed</title><rect class="slot" x="${
        i * SLOT
      }" y="0" width="${SLOT}" height="${HEIGHT}"/>${
        bar("opened", x, opened / most)
      }${bar("closed", x + BAR + 1, closed / most)}${
        Number(at.slice(11, 13)) % 6 === 0
          ? html`
            <text x="${x}" y="${HEIGHT + 15}"
              text-anchor="${i < 22 ? "start" : "end"}">${at.slice(
                11,
                16,
              )}</text>
          `
          : ""
      }</g>`;
    })}
      </svg>
      <figcaption><span class="key opened">opened</span> <span class="key closed">closed</span> per hour, last 24 hours</figcaption>
    </figure>
  `;
}

function bar(what: "opened" | "closed", x: number, part: number): Html {
  const height = Math.round(part * (HEIGHT - 4) * 10) / 10;
  return part > 0
    ? html`
      <rect class="${what}" x="${x}" y="${HEIGHT - height}" width="${BAR}"
        height="${height}" rx="1.5" />
    `
    : html``;
}
