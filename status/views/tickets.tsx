/**
 * Tickets found by a search, and agents with theirs.
 *
 * @module
 */
import type { FC } from "hono/jsx";
import { OUTCOMES } from "../../workflow/plan.ts";
import { outcomeName, PRIORITIES, TITLES } from "../format.ts";
import { ALL_STAGES } from "../ticket_view.ts";
import {
  type AgentView,
  type Filter,
  FILTERS,
  OPEN_SEARCHED,
  type SearchView,
  STATES,
} from "../search.ts";
import { type Frame, layout, StatusLine } from "./layout.tsx";
import type { Html } from "./parts.tsx";
import { Count, Row } from "./parts.tsx";

/** What was found. */
export function ticketsPage(
  view: SearchView,
  filter: Filter,
  from: number,
  limit: number,
  frame: Frame,
): Html {
  const { count, tickets } = view;
  const title = filter.agent
    ? `Tickets of ${filter.agent}`
    : filter.state
    ? `Tickets: ${filter.state}`
    : "Tickets";
  const end = from + tickets.length;
  return layout({
    title,
    frame,
    current: "/tickets",
    children: (
      <>
        <StatusLine frame={frame} />
        <h1>
          {title} <Count of={count} />
        </h1>
        <SearchForm filter={filter} agents={view.agents} />
        {tickets.length > 0
          ? (
            <ul class="rows found card">
              {tickets.map((ticket) => <Row ticket={ticket} now={frame.at} />)}
            </ul>
          )
          : isNothing(view.searched)
          ? <p class="quiet">No ticket yet.</p>
          : (
            <p class="quiet">
              No ticket fits. <a href="/tickets">Show all</a>
            </p>
          )}
        {(from > 0 || end < count) && (
          <nav class="pager" aria-label="Pages of the list">
            <span>
              {from + 1} to {end} of {count}
            </span>
            {from > 0 && (
              <a rel="prev" href={address(filter, Math.max(0, from - limit))}>
                Previous page
              </a>
            )}
            {end < count && (
              <a rel="next" href={address(filter, end)}>Next page</a>
            )}
          </nav>
        )}
        <Searched of={view.searched} />
      </>
    ),
  });
}

/** Every agent with their tickets. */
export function agentsPage(
  view: { agents: AgentView[]; searched: SearchView["searched"] },
  frame: Frame,
): Html {
  const columns = [
    "open",
    "pending",
    "resolved",
    "overdue",
    "finished",
  ] as const;
  return layout({
    title: "Agents",
    frame,
    current: "/agents",
    children: (
      <>
        <StatusLine frame={frame} />
        <h1>Agents</h1>
        {view.agents.length === 0
          ? <p class="quiet">No agent has a ticket yet.</p>
          : (
            <div class="card">
              <table class="agents">
                <thead>
                  <tr>
                    <th scope="col">Agent</th>
                    {columns.map((name) => (
                      <th scope="col" class="number">{name}</th>
                    ))}
                  </tr>
                </thead>
                <tbody>
                  {view.agents.map((agent) => (
                    <tr>
                      <th scope="row">
                        <a
                          href={`/tickets?agent=${
                            encodeURIComponent(agent.name)
                          }`}
                        >
                          {agent.name || "no name"}
                        </a>
                      </th>
                      {columns.map((name) => (
                        <td
                          class={`number${agent[name] === 0 ? " zero" : ""}${
                            name === "overdue" && agent[name] > 0 ? " bad" : ""
                          }`}
                        >
                          {agent[name]}
                        </td>
                      ))}
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          )}
        <Searched of={view.searched} />
      </>
    ),
  });
}

function isNothing({ open, finished }: SearchView["searched"]): boolean {
  return open + finished === 0;
}

const Searched: FC<{ of: SearchView["searched"] }> = ({ of }) =>
  isNothing(of) ? null : (
    <p class="searched">
      These are {of.open < OPEN_SEARCHED
        ? `all ${of.open} unfinished tickets`
        : `the ${OPEN_SEARCHED} unfinished tickets that are due first`} and{" "}
      {of.more ? `the newest ${of.finished}` : `all ${of.finished}`}{" "}
      finished ones.{of.more && " Older ones are in the JSON, stage by stage."}
    </p>
  );

const SearchForm: FC<{ filter: Filter; agents: string[] }> = (
  { filter, agents },
) => (
  <form class="search" role="search" action="/tickets" id="search">
    <label>
      <span>Words</span>
      <input id="q" type="search" name="q" value={filter.q} />
    </label>
    <label>
      <span>Agent</span>
      <Choice
        name="agent"
        value={filter.agent}
        options={withValue(agents, filter.agent).map((name) => [name, name])}
      />
    </label>
    <label>
      <span>Customer</span>
      <input id="contact" type="search" name="contact" value={filter.contact} />
    </label>
    <label>
      <span>Priority</span>
      <Choice
        name="priority"
        value={filter.priority}
        options={([4, 3, 2, 1] as const).map((n) => [String(n), PRIORITIES[n]])}
      />
    </label>
    <label>
      <span>Outcome</span>
      <Choice
        name="outcome"
        value={filter.outcome}
        options={OUTCOMES.map((name) => [name, outcomeName(name)])}
      />
    </label>
    <label>
      <span>State</span>
      <Choice
        name="state"
        value={filter.state}
        options={[
          ...STATES.map((name) => [name, name] as const),
          ...ALL_STAGES.map((stage) =>
            [
              stage,
              ["closed", "abandoned", "failed"].includes(stage)
                ? stage
                : `waits for ${TITLES[stage].toLowerCase()}`,
            ] as const
          ),
        ]}
      />
    </label>
    <button type="submit">Search</button>
  </form>
);

const Choice: FC<
  {
    name: string;
    value: string;
    options: readonly (readonly [value: string, text: string])[];
  }
> = ({ name, value, options }) => (
  <select id={name} name={name}>
    <option value="">any</option>
    {options.map(([key, text]) => (
      <option value={key} {...(key === value && { selected: true })}>
        {text}
      </option>
    ))}
  </select>
);

function withValue(names: string[], value: string): string[] {
  return value && !names.includes(value) ? [value, ...names] : names;
}

function address(filter: Filter, from: number): string {
  const query = new URLSearchParams();
  for (const name of FILTERS) if (filter[name]) query.set(name, filter[name]);
  if (from > 0) query.set("from", String(from));
  return `/tickets?${query}`;
}
