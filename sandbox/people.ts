/**
 * The people of a new account: contacts and agents of every kind that real accounts have.
 *
 * @module
 */
/** A contact: Freshdesk's fields, and `blocked`, which its responses do not show. */
export interface Contact {
  /** Unique among contacts and agents. */
  id: number;
  /** Full name. */
  name: string;
  /** E-mail address. */
  email: string | null;
  /** Verified: has accepted an invitation. Not the opposite of blocked. */
  active: boolean;
  /** Phone number. */
  phone: string | null;
  /** Mobile number. */
  mobile: string | null;
  /** Job title. */
  job_title: string | null;
  /** Language code. */
  language: string;
  /** Name of the time zone. */
  time_zone: string;
  /** The company. */
  company_id: number | null;
  /** Id in another system. */
  unique_external_id: string | null;
  /** Values by name. */
  custom_fields: Record<string, unknown>;
  /** When the contact was made. */
  created_at: string;
  /** When the contact last changed. */
  updated_at: string;
  /** Whether the contact is deleted. */
  deleted: boolean;
  /** Whether the contact is blocked. */
  blocked: boolean;
}

/** An agent: Freshdesk's fields, and three that its responses do not show. */
export interface Agent {
  /** Unique among contacts and agents. */
  id: number;
  /** Collaborators can only write private notes. */
  type: "support_agent" | "collaborator";
  /** Whether tickets are assigned to the agent automatically. */
  available: boolean;
  /** Whether the agent has a day pass instead of a seat. */
  occasional: boolean;
  /** Whether the agent's access was taken away. */
  deactivated: boolean;
  /** 1 all tickets, 2 the group's, 3 the agent's own. */
  ticket_scope: number;
  /** HTML below replies. */
  signature: string | null;
  /** When the agent was made. */
  created_at: string;
  /** When the agent last changed. */
  updated_at: string;
  /** When the agent was last active; `null` if never logged in. */
  last_active_at: string | null;
  /** The agent as a person. */
  contact: {
    /** False for a deactivated agent, and for one who never logged in. */
    active: boolean;
    /** E-mail address. */
    email: string;
    /** Full name. */
    name: string;
    /** Language code. */
    language: string;
  };
  /** Whether this agent's key may list agents. Hidden. */
  admin: boolean;
  /** The groups whose tickets this agent can be given. Hidden. */
  group_ids: number[];
  /** Whether no other agent's key may write in this agent's name. Hidden. */
  blocksImpersonation: boolean;
}

/** Returns the agents of a new account, of every kind. 501 owns the API key, and half never logged in. */
export function defaultAgents(): Agent[] {
  return [
    agent(501, "Maya Lindqvist", { admin: true, group_ids: [701] }),
    agent(502, "Tomás Herrera", { group_ids: [701] }),
    agent(503, "Aiko Tanaka"),
    agent(504, "Daniel Okafor", { blocksImpersonation: true }),
    agent(505, "Elif Yıldız", { occasional: true }),
    agent(506, "Peter Novak", { deactivated: true }),
    agent(507, "Ruth Abramson", { type: "collaborator" }),
    agent(508, "Customer Service", {
      occasional: true,
      contact: {
        active: false,
        email: "custserv@freshdesk.com",
        name: "Customer Service",
        language: "en",
      },
    }),
    ...["Noor Haidari", "Samuel Boateng", "Irena Horvat", "Marco Bianchi"]
      .map((name, i) => invited(509 + i, name)),
  ];
}

/** Returns the contacts of a new account: ids from 1001, in the order of the table below. */
export function defaultContacts(): Contact[] {
  return PEOPLE.map(([name, email, traits], index) =>
    contact(1001 + index, name, email, traits)
  );
}

/** Makes a contact; by default verified, neither blocked nor deleted. */
export function contact(
  id: number,
  name: string,
  email: string | null,
  traits: Partial<Contact> = {},
): Contact {
  return {
    id,
    name,
    email,
    active: true,
    phone: null,
    mobile: null,
    job_title: null,
    language: "en",
    time_zone: "UTC",
    company_id: null,
    unique_external_id: null,
    custom_fields: {},
    created_at: BEGINNING,
    updated_at: BEGINNING,
    deleted: false,
    blocked: false,
    ...traits,
  };
}

/** Makes an agent; by default an active support agent without admin rights. */
export function agent(
  id: number,
  name: string,
  traits: Partial<Agent> = {},
): Agent {
  const address = name.normalize("NFKD").replaceAll("ı", "i")
    .replace(/[^A-Za-z ]/g, "").toLowerCase().replaceAll(" ", ".");
  return {
    id,
    type: "support_agent",
    available: false,
    occasional: false,
    deactivated: false,
    ticket_scope: 1,
    signature: null,
    created_at: BEGINNING,
    updated_at: BEGINNING,
    last_active_at: BEGINNING,
    contact: {
      active: true,
      email: `${address}@example.com`,
      name,
      language: "en",
    },
    admin: false,
    group_ids: [],
    blocksImpersonation: false,
    ...traits,
  };
}

/** An agent who was invited and has never logged in; tickets can be assigned to one. */
function invited(id: number, name: string): Agent {
  const { contact, ...rest } = agent(id, name, { last_active_at: null });
  return { ...rest, contact: { ...contact, active: false } };
}

/** When the account was created. */
export const BEGINNING = "2026-01-05T09:00:00Z";

const UNVERIFIED = { active: false };

const PEOPLE: [
  name: string,
  email: string | null,
  traits?: Partial<Contact>,
][] = [
  ["Amina Diallo", "amina.diallo@example.com"],
  ["Lars Eriksen", "lars.eriksen@example.org"],
  ["Priya Raman", "priya.raman@example.net"],
  ["Mateo Fernández", "mateo.fernandez@example.com"],
  ["Chloé Dubois", "chloe.dubois@example.org"],
  ["Kenji Mori", "kenji.mori@example.net"],
  ["Zofia Kowalska", "zofia.kowalska@example.com"],
  ["Oluwaseun Adeyemi", "seun.adeyemi@example.org"],
  ["Hannah Weiss", "hannah.weiss@example.net"],
  ["Giulia Romano", "giulia.romano@example.com"],
  ["Nguyễn Thị Lan", "lan.nguyen@example.org"],
  ["Siobhán O'Connor", "siobhan.oconnor@example.net"],
  ["João Pereira", "joao.pereira@example.com"],
  ["Leila Haddad", "leila.haddad@example.org"],
  ["Viktor Petrov", "viktor.petrov@example.net"],
  ["Mei-Ling Chen", "meiling.chen@example.com"],
  ["Tane Ngata", "tane.ngata@example.org"],
  ["Ingrid Johansson", "ingrid.johansson@example.net"],
  ["Kwame Mensah", "kwame.mensah@example.com"],
  ["Sofía Castillo", "sofia.castillo@example.org"],
  ["Arjun Mehta", "arjun.mehta@example.net", UNVERIFIED],
  ["Emre Kaya", "emre.kaya@example.com", UNVERIFIED],
  ["Nadia Rahman", "nadia.rahman@example.org", UNVERIFIED],
  ["Pauli Virtanen", "pauli.virtanen@example.net", UNVERIFIED],
  ["Grace Wanjiru", "grace.wanjiru@example.com", UNVERIFIED],
  ["Dimitris Pappas", "dimitris.pappas@example.org", UNVERIFIED],
  ["Yael Cohen", "yael.cohen@example.net", UNVERIFIED],
  ["Hugo Tremblay", "hugo.tremblay@example.com", UNVERIFIED],
  ["Fatima Zahra", null, { phone: "+212 555 0100" }],
  ["Min-jun Park", null, { mobile: "+82 555 0101", active: false }],
  // Freshworks' sample people, of today and of years ago.
  ["Emily Garcia", "emily.garcia@acme.com"],
  ["Emily Dean", "emily.dean@globallearning.org"],
  ["Johnny Appleseed", "johnny.appleseed@jpl.gov"],
  ["Sarah James", "sarah.james@advancedmachinery.com"],
  ["Bob Tree", "bob.tree@freshdesk.com"],
  ["Rachel", "rachel@freshdesk.com", UNVERIFIED],
  ["Boris Blocked", "boris.blocked@example.com", { blocked: true }],
  ["Delia Deleted", "delia.deleted@example.com", { deleted: true }],
];
