/**
 * The account's people and ticket form, kept in Deno KV for at most a day: lists that cost several
 * calls and change seldom.
 *
 * Who may be picked is decided at every {@linkcode ParticipantCache.read}, never when a list is
 * stored: CONTACT_DOMAINS, AGENT_EMAILS and the rule about Freshworks' sample people hold at once.
 *
 * ```
 * ["participants"]         the lists' id, when and for which settings they were read; business hours
 * ["participants", id, n]  the n-th piece of the lists, below 60 KB
 * ```
 *
 * @module
 */
import type { BusinessHoursResponse } from "../freshdesk/business_hours.ts";
import {
  type CallOptions,
  isPermissionDenied,
} from "../freshdesk/http_client.ts";
import { NotFoundError } from "../freshdesk/errors.ts";
import {
  type Agent,
  type Freshdesk,
  type Group,
  isSample,
  type TicketField,
} from "../freshdesk.ts";
import { within } from "../lib/deadline.ts";
import { DAY, HOUR, MINUTE } from "../lib/time.ts";
import {
  contactFilter,
  filterAgents,
  loadParticipants,
  type ParticipantOptions,
} from "./participants.ts";
import type { Person } from "./plan.ts";

/** What the account has; who may not be picked is left out. */
export interface AccountLists {
  /** Possible requesters. */
  contacts: Person[];
  /** Possible responders. */
  agents: Person[];
  /** The ticket form, with the choices that are used; `null`: the key may not read it. */
  form: TicketField[] | null;
  /** `null`: the key may not read them; missing: not asked for. */
  groups?: Group[] | null;
  /** `null`: the key may not read them; missing: not asked for. */
  businessHours?: BusinessHoursResponse[] | null;
  /** Whose key it is; missing: not asked for. */
  owner?: Agent & { canReply: boolean };
}

/** What a {@linkcode ParticipantCache} is made of. */
export interface ParticipantCacheOptions extends ParticipantOptions {
  /** The database. */
  kv: Deno.Kv;
  /** The account. */
  freshdesk: Freshdesk;
  /** Whether groups are needed. Default: false. */
  groups?: boolean;
  /** Whether the account's business hours are needed. Default: false. */
  businessHours?: boolean;
  /** Milliseconds since 1970. Default: `Date.now`. */
  now?: () => number;
}

/** Lists older than this are read again. */
const MAX_AGE = DAY;
/** Deno KV takes values of up to 64 KiB. */
const PIECE = 50_000;
/** The longest wait for an answer of the database. */
const ANSWER_TIME = MINUTE;
/** The form of what is stored. */
const VERSION = 1;
const KEY = ["participants"];

interface Header {
  version: number;
  id: string;
  pieces: number;
  at: number;
  /** The settings that they were read for. */
  settings: string;
  businessHours: BusinessHoursResponse[] | null;
}

/** Keeps the lists of one account. */
export class ParticipantCache {
  readonly #options: ParticipantCacheOptions;
  readonly #now: () => number;
  readonly #settings: string;
  /** The lists of this process, with the id they are stored under. */
  #held: { id: string; lists: AccountLists } | undefined;

  /** Nothing is read until it is asked for. */
  constructor(options: ParticipantCacheOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
    const { contactDomains = null, agentEmails = null } = options;
    this.#settings = JSON.stringify([contactDomains, agentEmails]);
  }

  /**
   * Returns the lists, from the account if the stored ones are older than a day, were read for other
   * settings, or leave nobody to pick.
   */
  async read(call: CallOptions = {}): Promise<AccountLists> {
    const stored = await this.#stored();
    if (!stored || !this.#isEnough(stored)) return await this.refresh(call);
    const lists = this.#pickable(stored);
    return lists.contacts.length === 0 || lists.agents.length === 0
      ? await this.refresh(call)
      : lists;
  }

  /** Reads the lists from the account, and stores them. */
  async refresh(call: CallOptions = {}): Promise<AccountLists> {
    const { freshdesk } = this.#options;
    const { contacts, agents } = await loadParticipants(
      freshdesk,
      this.#options,
      call,
    );
    const form = await orNull(freshdesk.getTicketFields(call));
    const lists: AccountLists = {
      contacts,
      agents,
      form: form?.map(trimmed) ?? null,
    };
    if (this.#options.groups) {
      lists.groups = groupsOf(form) ?? await orNull(freshdesk.getGroups(call));
    }
    if (this.#options.businessHours) {
      lists.businessHours = await orNull(freshdesk.getBusinessHours(call));
    }
    await this.#store(lists);
    return this.#pickable(lists);
  }

  /** Returns whose key it is. */
  async owner(call: CallOptions = {}): Promise<Agent & { canReply: boolean }> {
    const stored = await this.#stored();
    if (stored?.owner) return stored.owner;
    const owner = await this.#options.freshdesk.getMe(call);
    const header = await this.#header();
    if (stored && header) await this.#store({ ...stored, owner }, header.at);
    return owner;
  }

  /** Returns the account's business hours as they are stored; asks Freshdesk nothing. */
  async storedBusinessHours(): Promise<
    BusinessHoursResponse[] | null | undefined
  > {
    return (await this.#header())?.businessHours;
  }

  /** Forgets the lists, so that the next read asks Freshdesk: somebody in them was refused. */
  async clear(): Promise<void> {
    this.#held = undefined;
    await clearParticipants(this.#options.kv);
  }

  #isEnough({ groups, businessHours }: AccountLists): boolean {
    return (groups !== undefined || !this.#options.groups) &&
      (businessHours !== undefined || !this.#options.businessHours);
  }

  #pickable(lists: AccountLists): AccountLists {
    const isWanted = contactFilter(this.#options);
    return {
      ...lists,
      contacts: lists.contacts.filter((contact) =>
        isWanted(contact) && !isSample(contact.email)
      ),
      agents: filterAgents(lists.agents, this.#options),
    };
  }

  async #header(): Promise<Header | undefined> {
    const { value } = await within(
      ANSWER_TIME,
      this.#options.kv.get<Header>(KEY),
    );
    const age = this.#now() - (value?.at ?? 0);
    return value?.version === VERSION && value.settings === this.#settings &&
        age < MAX_AGE && age > -HOUR
      ? value
      : undefined;
  }

  /** The lists as they are stored; none where they are incomplete. */
  async #stored(): Promise<AccountLists | undefined> {
    const header = await this.#header();
    if (!header) return undefined;
    const { id, pieces } = header;
    if (this.#held?.id === id) return this.#held.lists;
    const keys = Array.from({ length: pieces }, (_, n) => [...KEY, id, n]);
    const found: Uint8Array[] = [];
    // getMany() takes ten keys.
    for (let n = 0; n < keys.length; n += 10) {
      const entries = await within(
        ANSWER_TIME,
        this.#options.kv.getMany<Uint8Array[]>(keys.slice(n, n + 10)),
      );
      for (const { value } of entries) {
        if (!(value instanceof Uint8Array)) return undefined;
        found.push(value);
      }
    }
    const decoder = new TextDecoder();
    const text = found.map((piece) => decoder.decode(piece, { stream: true }));
    const lists: AccountLists = JSON.parse(text.join(""));
    this.#held = { id, lists };
    return lists;
  }

  /** Stores the lists. Where the database is busy this process alone has them. */
  async #store(lists: AccountLists, at = this.#now()): Promise<void> {
    const { kv } = this.#options;
    const id = crypto.randomUUID();
    const bytes = new TextEncoder().encode(JSON.stringify(lists));
    const pieces = Math.ceil(bytes.length / PIECE);
    const expireIn = MAX_AGE + HOUR;
    try {
      const { value: old } = await within(ANSWER_TIME, kv.get<Header>(KEY));
      for (let n = 0; n < pieces; n++) {
        const piece = bytes.slice(n * PIECE, (n + 1) * PIECE);
        await within(
          ANSWER_TIME,
          kv.set([...KEY, id, n], piece, { expireIn }),
        );
      }
      const header: Header = {
        version: VERSION,
        id,
        pieces,
        at,
        settings: this.#settings,
        businessHours: lists.businessHours ?? null,
      };
      await within(ANSWER_TIME, kv.set(KEY, header, { expireIn }));
      this.#held = { id, lists };
      for (let n = 0; n < (old?.pieces ?? 0); n++) {
        await within(ANSWER_TIME, kv.delete([...KEY, old!.id, n]));
      }
    } catch {
      // The next read finds no lists, or old ones, and asks Freshdesk.
    }
  }
}

/** Deletes the stored lists. */
export async function clearParticipants(kv: Deno.Kv): Promise<void> {
  const { value } = await kv.get<Header>(KEY);
  const atomic = kv.atomic().delete(KEY);
  for (let n = 0; n < (value?.pieces ?? 0); n++) {
    atomic.delete([...KEY, value!.id, n]);
  }
  await atomic.commit();
}

/** A list that the key may not read, or that the account does not have, is `null`. */
async function orNull<T>(list: Promise<T>): Promise<T | null> {
  try {
    return await list;
  } catch (error) {
    if (isPermissionDenied(error) || error instanceof NotFoundError) {
      return null;
    }
    throw error;
  }
}

/** The part of a field that is used: of the account's own drop-downs only the first choice. */
function trimmed(field: TicketField): TicketField {
  const { name, label, type } = field;
  const { required_for_agents, required_for_closure, choices } = field;
  return {
    name,
    label,
    type,
    default: field.default,
    required_for_agents,
    required_for_closure,
    ...(USED_CHOICES.includes(type) && choices !== undefined && { choices }),
    ...(type === "custom_dropdown" && {
      choices: Array.isArray(choices)
        ? choices.slice(0, 1)
        : Object.keys(choices ?? {}).slice(0, 1),
    }),
  };
}

const USED_CHOICES = ["default_ticket_type", "default_status"];

/** The groups that the form offers, as `{"Returns": 701}`; `undefined` where it offers none. */
function groupsOf(form: TicketField[] | null): Group[] | undefined {
  const choices = form?.find(({ type }) => type === "default_group")?.choices;
  const groups = Object.entries(choices ?? {})
    .map(([name, id]) => ({ id: Number(id), name }))
    .filter(({ id }) => Number.isSafeInteger(id));
  return groups.length > 0 ? groups : undefined;
}
