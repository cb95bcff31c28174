/**
 * What the people in a ticket say; plain text with placeholders.
 *
 * A blank line parts paragraphs, a single line break stays one; indentation
 * does not count. Placeholders: `{contact}`, `{contact_first}`, `{agent}`,
 * `{agent_first}`, `{reference}` (six digits) and `{day}` (Monday to Friday).
 *
 * The four messages must differ in their letters and digits, because a message
 * whose fate is unknown is found again in Freshdesk by its text. A contact
 * without a name is greeted with "there", so `{contact_first}` and
 * `{agent_first}` belong right after "Hi" or "Hello", and `{contact}` on the
 * last line alone, which is then left out.
 */
export interface Scenario {
  /** A short slug, unique among the scenarios. */
  readonly name: string;
  /** Freshdesk's scale: 1 low, 2 medium, 3 high, 4 urgent. */
  readonly priority: 1 | 2 | 3 | 4;
  /** One line, at most 80 characters before it is filled in. */
  readonly subject: string;
  /** The contact opens the ticket. */
  readonly description: string;
  /** The agent's first reply, which asks something. */
  readonly reply: string;
  /** The contact's answer to what was asked. */
  readonly answer: string;
  /** The agent's last word, after which the ticket can be closed. */
  readonly resolution: string;
}

/** One ticket's texts: the subject plain, the others as HTML for Freshdesk. */
export interface Script {
  /** The name of the scenario this was written from. */
  readonly scenario: string;
  /** Freshdesk's scale: 1 low, 2 medium, 3 high, 4 urgent. */
  readonly priority: Scenario["priority"];
  /** Plain text on one line, at most 120 characters. */
  readonly subject: string;
  /** The contact opens the ticket; HTML. */
  readonly description: string;
  /** The agent's first reply; HTML. */
  readonly reply: string;
  /** The contact's answer; HTML. */
  readonly answer: string;
  /** The agent's last word; HTML. */
  readonly resolution: string;
}

const SUBJECT_LENGTH = 120;
const WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday"];

/**
 * Fills a scenario in for these two people. Whatever their names contain stays
 * text. The same scenario, people and random numbers give the same script.
 *
 * @param people The full names of the contact and the agent; may be empty.
 * @param random Numbers in [0, 1), like `Math.random`.
 * @throws {TypeError} If the scenario has a placeholder that does not exist.
 */
export function writeScript(
  scenario: Scenario,
  people: { contact: string; agent: string },
  random: () => number,
): Script {
  const contact = oneLine(people.contact);
  const agent = oneLine(people.agent);
  const values = new Map([
    ["contact", contact],
    ["contact_first", firstName(contact)],
    ["agent", agent || "Customer Support"],
    ["agent_first", firstName(agent)],
    ["reference", String(100_000 + Math.floor(random() * 900_000))],
    ["day", WEEKDAYS[Math.floor(random() * WEEKDAYS.length)] ?? "Monday"],
  ]);

  const fill = (text: string) =>
    text.replace(/\{(\w+)\}/g, (placeholder, key: string) => {
      const value = values.get(key);
      if (value === undefined) {
        throw new TypeError(
          `Cannot fill in scenario '${scenario.name}' as a placeholder must be one of ${
            [...values.keys()].join(", ")
          }: current value is '${placeholder}'`,
        );
      }
      return value;
    });
  const html = (text: string) => toHtml(fill(text));

  return {
    scenario: scenario.name,
    priority: scenario.priority,
    subject: shorten(oneLine(fill(scenario.subject)), SUBJECT_LENGTH),
    description: html(scenario.description),
    reply: html(scenario.reply),
    answer: html(scenario.answer),
    resolution: html(scenario.resolution),
  };
}

function oneLine(text: string): string {
  return text.toWellFormed().replace(/[\p{Cc}\s]+/gu, " ").trim();
}

/** "Jane" of "Jane Doe", "Dr. Jane Doe" and "Doe, Jane". */
function firstName(name: string): string {
  const [, given = name] = /^[^\s,]+, (.+)$/.exec(name) ?? [];
  const first = given.split(" ").find((word) =>
    /\p{L}/u.test(word) && !/^(dr|mr|mrs|ms|mx|prof)\.?$/i.test(word)
  );
  return first ?? "there";
}

/** Cuts at a word where one ends near, never inside a surrogate pair. */
function shorten(text: string, length: number): string {
  if (text.length <= length) return text;
  const kept = text
    .slice(0, length - 1)
    .replace(/\p{Surrogate}$/u, "")
    .replace(/\s+\S{0,20}$/, "");
  return `${kept}…`;
}

function toHtml(text: string): string {
  return text
    .split(/\n\s*\n/)
    .map((paragraph) =>
      paragraph
        .split("\n")
        .map((line) => escapeHtml(line.trim()))
        .filter((line) => line !== "")
        .join("<br>")
    )
    .filter((paragraph) => paragraph !== "")
    .map((paragraph) => `<p>${paragraph}</p>`)
    .join("");
}

function escapeHtml(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;");
}

/** Everyday tickets of a shop and a software company, private and business. */
export const SCENARIOS: readonly Scenario[] = [
  {
    name: "delivery-late",
    priority: 2,
    subject: "Order {reference} still not here",
    description: `
      Hi,

      My order {reference} was supposed to arrive on {day}. The tracking page has said "in transit" ever since and nobody has rung the bell. It's a birthday present, so I'm getting a little nervous.

      Can you tell me where it is?

      {contact}`,
    reply: `
      Hi {contact_first}, thanks for writing in. I'm sorry the parcel is keeping you waiting. I've opened order {reference} and can see that the carrier scanned it at the regional depot on {day}, but not since.

      Before I ask them to trace it: is the name on your mailbox the same as the one on the order, and is there a neighbor who may have accepted it for you?

      Best regards,
      {agent}`,
    answer: `
      Yes, same name on the mailbox. I asked both neighbors and nobody has it. The party is next week, so if it's lost I'd rather have a new one sent than wait for an investigation.

      Thanks,
      {contact}`,
    resolution: `
      Hi {contact_first},

      That's completely understandable. I've ordered a replacement by express delivery at no charge; you'll get the new tracking number in a separate message, and it will be with you in two business days.

      If the first parcel does turn up, just refuse it at the door and it will come back to us on its own. I hope it's a great party!

      Best regards,
      {agent}`,
  },
  {
    name: "invoice-vat",
    priority: 2,
    subject: "VAT charged on invoice {reference}: corrected invoice needed",
    description: `
      Hello,

      Our auditor has rejected invoice {reference}. It does not show our VAT ID, and VAT was charged although we are a business in a different EU member state. In our view the reverse charge applies.

      Please issue a corrected invoice so that we can book it before we close the month.

      Kind regards,
      {contact}`,
    reply: `
      Hello {contact_first},

      Thank you for the clear description. You are right that the reverse charge normally applies here; invoice {reference} was issued with VAT because there was no VAT ID in your billing profile at the time.

      To correct it, I need two things from you:
      1. your VAT ID, including the country prefix
      2. the registered company name, exactly as it appears in the VAT register

      Has the invoice been paid already, or is it still open on your side?

      Kind regards,
      {agent}, Billing`,
    answer: `
      I have just added the VAT ID to our billing profile, prefix included. The company name there is the registered one.

      The invoice is still open. We will pay the net amount as soon as the new document is here.

      Kind regards,
      {contact}`,
    resolution: `
      Hello {contact_first},

      The VAT ID checks out against the public register, thank you. I have canceled invoice {reference} with a credit note and issued a new one without VAT, carrying your VAT ID and the reverse charge wording. Both documents are in your account under Billing > Documents.

      Future invoices will be correct from the start; there is nothing else you need to do.

      Kind regards,
      {agent}, Billing`,
  },
  {
    name: "login-reset-email",
    priority: 3,
    subject: "Can't log in, reset email never arrives",
    description: `
      I'm locked out. I have asked for a password reset four times since {day} and nothing has come, not in spam either. I have a client presentation coming up and everything I need is in your app!!

      Please help,
      {contact}`,
    reply: `
      Hello {contact_first},

      I can imagine how stressful that is right before a presentation, so let's get you back in.

      Our log shows that the reset emails were sent, but your company's mail server turned them away. Did your IT department change the mail filter recently? And would it be all right if we sent a one-time sign-in link to the backup address in your profile instead?

      Best,
      {agent}`,
    answer: `
      No idea about the filter, IT doesn't tell us these things. But yes please, use the backup address, I can read that one on my phone.

      {contact}`,
    resolution: `
      Hi {contact_first},

      The one-time link has gone to your backup address. Once you're in, set a new password under Profile > Security; the old reset requests are void, so ignore any that still trickle in.

      For your IT department: they need to allow our sender domain in the mail filter. The help article "Our emails do not arrive" has the exact settings. Good luck with the presentation!

      Best,
      {agent}`,
  },
  {
    name: "return-wrong-size",
    priority: 1,
    subject: "Exchange hiking boots for a bigger size?",
    description: `
      Hello! I got the hiking boots from order {reference} and they are lovely, but they pinch at the toes. I only wore them around the living room, on the carpet, so they're as good as new. Could I swap them for one size up?

      Have a nice day,
      {contact}`,
    reply: `
      Hi {contact_first},

      Of course you can; trying boots on at home is exactly what our exchange period is for.

      The next full size is in stock in brown and in gray. Which color would you like? And do you still have the original box? It isn't required, but it decides which return label I make for you.

      Warm regards,
      {agent}`,
    answer: `
      Hi {agent_first}, oh great! Brown again please. The box is still here, my cat has been sleeping in it but it is in one piece.

      Best wishes,
      {contact}`,
    resolution: `
      Hi {contact_first},

      Brown it is. The larger pair is reserved for you and ships as soon as the carrier scans your return. The prepaid label is attached to your order in your account: print it, stick it on the box, and drop it off at any parcel shop.

      My apologies to the cat for taking away such a good bed.

      Warm regards,
      {agent}`,
  },
  {
    name: "api-pagination",
    priority: 2,
    subject: "API: list endpoint skips records between pages",
    description: `
      Hi team,

      We sync orders through your REST API. When we walk through the order list page by page, a few records are missing at the end of each run, while others appear twice. It is reproducible with page sizes 50 and 100.

      Example: order {reference} exists in the dashboard but was on none of the pages we fetched on {day}.

      Is this a known problem?

      Regards,
      {contact}`,
    reply: `
      Hi {contact_first},

      Thanks for the precise report; the example saved me a good deal of digging.

      I have a suspicion, and two questions to confirm it. Which field do you sort by? And are orders being changed while your sync is running? Order {reference} was edited several times on {day}, which would fit the picture.

      Regards,
      {agent}, Developer Support`,
    answer: `
      Hello {agent_first},

      We sort by "last updated", newest first, because we thought that would be the cheapest way to get the changes. And yes, the shop is live, so orders change all the time.

      Is there a better way to do this?

      Regards,
      {contact}`,
    resolution: `
      Hi {contact_first},

      That explains it. Each edit moves an order to the top of the list and pushes the others down, so records slip across the page boundary while you are reading. It isn't a defect, but our documentation should say it much more clearly, and I have filed that.

      Two ways to make the sync reliable:
      - sort by ID in ascending order, which never shifts
      - use the cursor from each response in place of the page number, and keep the last one for the next run

      I ran the second variant against a copy of your data and order {reference} came through, once.

      Regards,
      {agent}, Developer Support`,
  },
  {
    name: "webhook-duplicates",
    priority: 3,
    subject: "Webhooks delivered two or three times since {day}",
    description: `
      Since {day} our endpoint receives most "payment.completed" events two or three times. Our warehouse has started to ship goods twice. One of the affected payments is {reference}.

      We did not deploy anything on our end. Please stop this.

      {contact}`,
    reply: `
      Hello {contact_first},

      I'm sorry to hear that this is costing you goods, and I have raised the priority of your ticket.

      We repeat a delivery if your endpoint doesn't answer with a 2xx status before our time limit. For payment {reference} I can see three attempts, the first two recorded as timed out. Could you check how long your endpoint takes to answer at the moment, and whether it finishes its work before it sends the response?

      Kind regards,
      {agent}`,
    answer: `
      You are right that it got slower. We write the shipping order first and answer afterwards, and the warehouse system has been sluggish since {day}. Still, we would expect to be able to recognize a repeated event. How?

      {contact}`,
    resolution: `
      Hello {contact_first},

      Gladly. Each delivery carries an event ID in its header, and all repeats of one event share that ID. Store it and skip the ones you have seen. In addition, answer first and hand the work to a queue; that keeps you below the limit even when the warehouse is slow.

      For now I have doubled the time limit on your endpoint, and there have been no repeats since. I'll leave it that way until the end of the month so that you can make the change without pressure.

      Kind regards,
      {agent}`,
  },
  {
    name: "sso-certificate",
    priority: 4,
    subject: "URGENT: single sign-on fails for the whole company",
    description: `
      All 340 of our users get "Invalid signature in SAML response" when they sign in. We rotated the certificate of our identity provider on {day}, as announced internally, and uploaded the new one in your admin console.

      Nobody can work. Please treat this as urgent.

      {contact}`,
    reply: `
      Hello {contact_first},

      I've picked this up and am looking at your SSO configuration right now.

      The certificate in your tenant has the right subject, but its fingerprint doesn't match the one your identity provider signs with. Could you compare the fingerprint in your provider's console with the one under Admin > Single sign-on? Please also tell me if more than one signing certificate is marked active over there.

      If you need to get in meanwhile: the owner account can still sign in with its password.

      {agent}, Enterprise Support`,
    answer: `
      Good catch. There are two: the new one that we uploaded to you, and another that a colleague created as a test and that became the default. Your side is fine, ours signs with the wrong one.

      We can't remove it before our change board agrees. Can you accept both until then?

      {contact}`,
    resolution: `
      Hello {contact_first},

      Yes, your plan allows two trusted certificates. I have added the second one from your provider's metadata, and the sign-in log shows your colleagues coming back in.

      Please remove the extra certificate under Admin > Single sign-on once your change board has decided. I have also turned on the expiry and mismatch alerts for your administrators, so that the next rotation gives you a warning before it locks anyone out.

      {agent}, Enterprise Support`,
  },
  {
    name: "export-umlauts",
    priority: 2,
    subject: "CSV export shows garbled characters",
    description: `
      Hi, when I open the customer export in my spreadsheet program, all the names with accents or umlauts are broken. "Müller" turns into gibberish, same for the Polish customers. In the app they look fine.

      I need a clean list for a mailing.

      Thank you
      {contact}`,
    reply: `
      Hi {contact_first},

      Broken names in a mailing would be no fun, so let's sort this out first.

      How do you open the file: with a double-click, or through the import function of your spreadsheet program? And which format is selected under Settings > Export? There is one called "CSV" and one called "CSV for spreadsheets".

      Cheers,
      {agent}`,
    answer: `
      I double-click it in the downloads folder, like everything else. The setting says just "CSV". Should I change it, or will that break the weekly export too?

      {contact}`,
    resolution: `
      Hi {contact_first},

      Then it's quickly solved. The file is fine, but your spreadsheet program guesses the wrong encoding when it opens it by double-click. "CSV for spreadsheets" puts a small marker at the start of the file that tells it the right one.

      I have switched the setting for your workspace; the weekly export keeps its own and isn't affected. Please run the export once more, and Müller will be Müller again.

      Cheers,
      {agent}`,
  },
  {
    name: "gdpr-erasure",
    priority: 3,
    subject: "Request for erasure of my personal data (Art. 17 GDPR)",
    description: `
      Dear Sir or Madam,

      I closed my customer account some time ago and still received a catalog by post on {day}. I hereby request that you erase all personal data you hold about me under Article 17 GDPR and confirm this to me in writing. If there is data that you are obliged to keep, please name it along with the legal basis.

      My former customer number is {reference}.

      Sincerely,
      {contact}`,
    reply: `
      Hello {contact_first},

      Thank you for your message. We have registered your request and will of course comply with it; please accept my apologies for the catalog.

      To be certain that we erase the right person's data, we have to verify your identity. Please tell us the postal code of the last delivery address on customer number {reference} and the approximate date of your last order. Please do not send a copy of an ID document; we do not need one.

      Sincerely,
      {agent}, Data Protection`,
    answer: `
      The postal code was 04109, and my last order was a floor lamp, two years ago, in the fall.

      I look forward to your confirmation.

      Sincerely,
      {contact}`,
    resolution: `
      Hello {contact_first},

      Your details match, thank you. We confirm the following:

      - Your profile, addresses, preferences, and correspondence have been erased.
      - Your address has been placed on the suppression list of the company that mails our catalog.
      - Invoices for past orders are kept because commercial and tax law obliges us to (Article 17(3)(b) GDPR). They are locked, used for nothing else, and erased when the retention period ends.

      This ticket will be removed as well once the period for queries has passed.

      Sincerely,
      {agent}, Data Protection`,
  },
  {
    name: "seat-licenses",
    priority: 2,
    subject: "Adding 15 seats to our contract",
    description: `
      Hello,

      Our customer service team is growing and we would like to add 15 seats to contract {reference}. Two questions from procurement: do the new seats run until the same renewal date as the existing ones, and is there a price break at 50 seats in total? We have 38 at present.

      Regards,
      {contact}`,
    reply: `
      Hello {contact_first},

      Congratulations on the growing team! In short: yes, added seats always end on the contract's renewal date and are charged pro rata, and yes, there is a price break from 50 seats on, so 53 would qualify.

      For the quote I need to know whether all 15 are full seats or if some colleagues only need to read and comment, because those seats are free of charge. Also, do you require a purchase order number on the invoice?

      Best regards,
      {agent}`,
    answer: `
      Hi {agent_first},

      Interesting, we didn't know about the free ones. Then make it 12 full seats and 3 for reading. That brings us to exactly 50, so the price break should still hold?

      No purchase order needed below our approval limit.

      Regards,
      {contact}`,
    resolution: `
      Hello {contact_first},

      It does: exactly 50 full seats are enough. I have added 12 full seats and 3 reader seats to contract {reference}, and the lower price applies to all 50 from the start of the next billing period. The pro rata invoice for the new seats is in your account.

      You can invite the new colleagues under Admin > People. Welcome to all of them!

      Best regards,
      {agent}`,
  },
  {
    name: "app-crash-photo",
    priority: 3,
    subject: "App crashes every time I add a photo",
    description: `
      Your app closes itself as soon as I attach a photo to an inspection report. Every. Single. Time. I've reinstalled it, restarted the phone, same result. It worked before the update on {day}.

      I'm on a building site with eleven reports to file, so this is really not great.

      {contact}`,
    reply: `
      Hi {contact_first},

      Eleven reports and no photos: that is a bad combination, and I'm sorry our update got you into it.

      The crash reports from your device arrived and I've passed them to the mobile team. Two details would help them: do you take the photo with the camera inside the app or pick one from the gallery, and is the high-efficiency photo format turned on in your phone's camera settings?

      Thanks,
      {agent}`,
    answer: `
      From the gallery. And yes, high efficiency is on, looks like the phone came that way. The in-app camera does work, I just tried it. Didn't know that existed.

      {contact}`,
    resolution: `
      That nails it, thank you! The update made us trip over that photo format when a picture comes from the gallery. The mobile team has reproduced it, and the fix is on its way through the app store review.

      Until it reaches you, either keep using the in-app camera or set your phone to save pictures in the "most compatible" format; both are safe. Your drafts have all been kept, so nothing has to be typed again. I appreciate your patience out there on site.

      Thanks,
      {agent}`,
  },
  {
    name: "trade-in-value",
    priority: 1,
    subject: "Trade-in {reference}: why did the offer drop?",
    description: `
      I sent in my old tablet under trade-in number {reference}. Your website estimated 140, and now the offer is 85?? It was in very good condition when I packed it. I would like an explanation.

      {contact}`,
    reply: `
      Hello {contact_first},

      That is a fair question, and you'll get a proper answer. I have the inspection record in front of me: the reason given for the lower offer is "display, scratches", and everything else was graded as very good.

      Did your tablet have a screen protector on it when you sent it? If so, may we take it off and grade the glass underneath? We don't remove anything without the owner's consent.

      Kind regards,
      {agent}`,
    answer: `
      Yes there is a protector, it's been on there since day one and it's probably scratched like crazy. Underneath the glass is perfect. Please do remove it.

      {contact}`,
    resolution: `
      Hello {contact_first},

      You were right. With the protector gone, the glass was graded "like new" and the offer for trade-in {reference} is back at 140. Since that is the estimate you agreed to when you sent it in, the payment is already under way; expect it in the account you named in about three business days.

      I've also suggested that our inspectors ask about screen protectors before they make an offer. Thank you for speaking up.

      Kind regards,
      {agent}`,
  },
  {
    name: "warranty-grinder",
    priority: 2,
    subject: "Coffee grinder stopped working, still under warranty?",
    description: `
      Good people of support,

      our beloved coffee grinder has gone silent. On {day} it made a sad little noise and that was that. There's a light when I press the button, but nothing turns. We bought it from you fourteen months ago, order {reference}.

      The household runs on coffee, so you can picture the mood. Is this covered by the warranty?

      Hopeful greetings,
      {contact}`,
    reply: `
      Hello {contact_first},

      Condolences to the whole household! The good news first: your grinder has a two-year warranty, so order {reference} is well covered.

      Before you send it in, a quick check, because it is often something small. Please unplug it, take out the upper burr, and look for a bean or a pebble stuck between the burrs. Does the lower burr turn by hand afterwards? And what does the serial number on the underside begin with?

      Best wishes,
      {agent}`,
    answer: `
      No pebble, no bean, just a lot of coffee dust. The lower burr doesn't budge at all, even with some persuasion. The serial number starts with GR7.

      We're on instant coffee now. Please hurry, for everyone's sake.

      {contact}`,
    resolution: `
      Hello {contact_first},

      Instant coffee calls for drastic measures. The GR7 series had a batch of motors with a weak bearing, and yours shows the classic symptoms, so I won't ask you to wait for a repair: a new grinder leaves our warehouse on the next business day, with a fresh two-year warranty.

      Please put the old one in the same box and hand it back with the enclosed label. A bag of beans is in there too, with our apologies.

      Best wishes,
      {agent}`,
  },
  {
    name: "account-merge",
    priority: 1,
    subject: "Two accounts, one person",
    description: `
      Hi, I seem to have two customer accounts with you, one from before my wedding and one I opened by mistake last {day}. My loyalty points are in the old one and my recent order is in the new one. Can they be put together?

      Thanks a lot
      {contact}`,
    reply: `
      Hi {contact_first},

      Happy to help, and congratulations on the wedding, however long ago it was!

      We can merge the two. One of them has to stay, and it keeps its sign-in address, so which should it be: the old one or the new one? There's also a different delivery address in each. Shall I keep both in the address book?

      All the best,
      {agent}`,
    answer: `
      Keep the new one please, that's the email address I actually use. You can delete the old delivery address, we moved to a bigger place.

      {contact}`,
    resolution: `
      Hi {contact_first},

      All done. Your points, wish list, and order history from the old account are now in the new one, and only your current delivery address is left. The old sign-in no longer works.

      Both accounts had a newsletter subscription; I left just one of them, so you won't get everything twice.

      All the best,
      {agent}`,
  },
  {
    name: "training-new-team",
    priority: 1,
    subject: "Training for new colleagues",
    description: `
      Dear support team,

      Six new colleagues are joining our service desk and I would like them to learn your product properly rather than by trial and error, which is how the rest of us did it. Do you offer training, remote if possible? Something hands-on would be best. Next {day} would suit us, but we're flexible.

      With kind regards,
      {contact}`,
    reply: `
      Hello {contact_first},

      What a good plan; trial and error is the most expensive course there is.

      We do offer a live remote class for up to eight people, with exercises in a practice workspace. So that the trainer can prepare: will your new colleagues mainly answer tickets, or will some of them also build automations and reports? And has any of them worked with a help desk before?

      Kind regards,
      {agent}, Customer Education`,
    answer: `
      Hello {agent_first},

      Four will answer tickets, two will look after automations. I think half of them have used some kind of help desk before, though nothing as large as yours.

      If there's material they can read beforehand, I'll make sure that they do.

      With kind regards,
      {contact}`,
    resolution: `
      Hello {contact_first},

      Perfect, then I suggest two parts: the basics for all six, and an additional session on automations for your two specialists. I have booked next {day} for you; it is included in your plan, so there is nothing to pay.

      The invitation, the reading list, and the sign-ins for the practice workspace are on the Training tab of your account. You can move the date there yourself up to one day in advance.

      Kind regards,
      {agent}, Customer Education`,
  },
  {
    name: "outage-checkout",
    priority: 4,
    subject: "Checkout down, we are losing orders",
    description: `
      Our checkout returns error 502 for roughly every second customer. Your status page is all green. It is NOT all green.

      Reference shown on the error page: {reference}. We have a sale running. Call it a critical incident please.

      {contact}`,
    reply: `
      Hi {contact_first}, confirmed: we see the errors as well and have declared an incident. Engineers are on it, and the status page is being corrected as I write.

      To narrow it down: are the failures tied to one payment method or delivery country, or do they look random? And do you have the custom tax extension enabled on the checkout? Reference {reference} stopped in exactly that step.

      {agent}, Incident Desk`,
    answer: `
      Looks random across payment methods. Tax extension: yes, enabled. If switching it off gets the orders flowing again, do it, we can fix the tax on the invoices later.

      {contact}`,
    resolution: `
      Thank you for the quick decision. It turned out that we didn't need to touch your extension: half of the servers behind it had received a faulty configuration in a rollout on our side. We have rolled it back, and your checkout has had no failed request since.

      The carts of customers who ran into the error are saved. You'll find them under Orders > Abandoned, and a reminder can be sent from there. A written report with the cause and what we change will be published on the status page. I'm sorry this hit you during a sale.

      {agent}, Incident Desk`,
  },
  {
    name: "accessibility-screen-reader",
    priority: 2,
    subject: "Booking form can't be used with a screen reader",
    description: `
      Hello,

      I am blind and book my appointments online. Since the redesign I can't finish a booking on your site: my screen reader announces the calendar as "button, button, button" with no dates at all, and the keyboard focus jumps back to the top of the page when I choose a day.

      The old form wasn't pretty, I am told, but it worked.

      Regards,
      {contact}`,
    reply: `
      Hello {contact_first}, and thank you for telling us so clearly. I'm sorry. A form that only works for some people doesn't work.

      I went through the form using only the keyboard and can reproduce the jumping focus. Could you tell me whether the date can be typed into the field above the calendar, or if that is read-only for you too? And may I book the appointment that you were trying to make, so you don't have to wait for a fix? I'd just need the day.

      Sincerely,
      {agent}`,
    answer: `
      The field above is announced as "date, read only", so no typing. Please book the first free slot next {day} for me, that would take the pressure off.

      Good to hear from someone who actually tried it with the keyboard.

      Regards,
      {contact}`,
    resolution: `
      Hello {contact_first},

      Your appointment next {day} is booked, number {reference}; the confirmation is on its way to you as plain text.

      As for the form: the date field accepts typing again as of now, and that alone should let you complete a booking. The calendar gets proper labels and a steady focus with the next release, and it is being tested by people who use screen readers, which should have happened the first time. If you would like to be one of the testers, paid of course, just reply to this message.

      Sincerely,
      {agent}`,
  },
  {
    name: "double-charge",
    priority: 3,
    subject: "Charged twice!",
    description: `
      You took the money for order {reference} twice. I want the second payment back, and I want it back now. I've attached nothing because I'm not sending my bank statement around the internet.

      {contact}`,
    reply: `
      Hello {contact_first},

      You're quite right not to send your statement, and seeing the same amount twice would alarm me too.

      In our books there is one completed payment for order {reference} and one that was authorized but never collected. Could you check in your banking app whether one of the two entries is marked as "pending" or "reserved"? And did the checkout show an error on your first try?

      Regards,
      {agent}, Payments`,
    answer: `
      Fine, one of them says pending. And yes, the page hung the first time, so I clicked the button again like any normal person would.

      So when do I get my money?

      {contact}`,
    resolution: `
      Any normal person would, and our page should have coped with it.

      The good news is that the pending amount never left your account. I have released the authorization from our side, so your bank will drop the entry on its own, usually in two to three business days. If it's still there after a week, answer this message and I'll take it up with your bank directly. There is a small credit in your account for the trouble.

      Regards,
      {agent}, Payments`,
  },
  {
    name: "parcel-damaged",
    priority: 2,
    subject: "Order {reference} arrived broken",
    description: `
      The parcel came with one corner crushed, and of the six plates inside, two are in pieces. The other four look okay. What now?

      {contact}`,
    reply: `
      Hi {contact_first},

      Oh no, that's not how plates should arrive. Sorry about that!

      Would you rather have two new plates or the price of two plates back? And is the crushed box still around? The carrier likes to see it, so please hold on to it for the moment if you can.

      Kind regards,
      {agent}`,
    answer: `
      Two new plates please, they're part of a set. I still have the box. The carrier's driver also wrote "damaged" on the delivery slip, if that's of any use.

      Thanks,
      {contact}`,
    resolution: `
      Hello {contact_first},

      That note on the slip is all the carrier needs, so you can recycle the box and the shards with a clear conscience.

      Two plates from the same series are being packed for you, this time with a double layer of padding, and there's no charge. Tracking will show up under order {reference}.

      Kind regards,
      {agent}`,
  },
  {
    name: "calendar-sync",
    priority: 2,
    subject: "Calendar integration is off by one",
    description: `
      Hi,

      we connected your scheduling tool to our office calendar. All-day events come across one day early: the company outing on {day} shows up the day before. Events with a start time are correct.

      We have offices in two countries, in case that matters.

      Thanks
      {contact}`,
    reply: `
      Hi {contact_first},

      It matters a lot, as it happens; all-day events and time zones are old enemies.

      Which time zone is set in the workspace (Settings > General), and which one does the office calendar use? Please look at the calendar's own setting too, and not only at that of your user profile: the two can be different.

      Happy scheduling,
      {agent}, Integrations`,
    answer: `
      Workspace: US Eastern. Calendar: Central European, since it was created by our Berlin office. My profile says US Eastern as well. So that's the mismatch, I guess?

      Which of them should we change?

      {contact}`,
    resolution: `
      Neither! Both are legitimate, and it's our connector that has to translate. It took the start of the day in Berlin, converted it to Eastern time, and ended up on the day before.

      The current version of the connector treats all-day events as plain dates. Yours was pinned to an older one; I've lifted it to the current version and started a full sync. The outing is back on {day}, and the rest of the all-day events moved along with it.

      Happy scheduling,
      {agent}, Integrations`,
  },
  {
    name: "scheduled-reports",
    priority: 1,
    subject: "Feature question: can reports be sent automatically?",
    description: `
      Hello there, quick question from a happy user. Each {day} I open the sales report, set the same three filters, save it as PDF, and send it to my manager. Is there a way for your software to do this for me? I looked around but I may have missed a menu :)

      {contact}`,
    reply: `
      Hi {contact_first},

      Quick question, happy answer: yes, there is, and you're not the first who couldn't find it. It's called "Schedule" and hides behind the three dots at the top right of each saved report.

      Does your manager have a user account with us? And would a PDF still be the format of choice, or is a spreadsheet more useful? It decides which of the two kinds of schedule fits.

      Have fun with it,
      {agent}`,
    answer: `
      Hi {agent_first},

      found the three dots! No, she has no account and doesn't want one either. PDF is good, she likes to read it on the train.

      Many thanks,
      {contact}`,
    resolution: `
      Hi {contact_first},

      The train, of course! In that case choose "Send to address" in the schedule: no account is needed, and she gets the PDF as an attachment. Your three filters are saved along with the report, so set them once, press Save, and then pick {day} as the day to send it.

      I've put a draft of that schedule into your account, named "Report for the train". Add your manager as the recipient, switch it on, and your {day} ritual is history.

      Have fun with it,
      {agent}`,
  },
  {
    name: "plan-cancellation",
    priority: 2,
    subject: "Cancel our subscription",
    description: `
      Please cancel our subscription {reference} at the earliest date and confirm in writing. Nothing wrong with the product, we're closing the department that used it.

      {contact}`,
    reply: `
      Hello {contact_first},

      Thank you for letting us know, and I'm sorry to hear about the department.

      Subscription {reference} can end with the current billing period; you won't be charged again after that. Before I set it up: do you need an archive of your data, and should the public knowledge base stay online for a while? Some customers keep it running so that old links don't break.

      Respectfully,
      {agent}`,
    answer: `
      An archive would be good, our legal team wants to keep the correspondence. The knowledge base can go offline with the rest.

      Regards,
      {contact}`,
    resolution: `
      Hello {contact_first},

      I hereby confirm that subscription {reference} is canceled and ends with the current billing period. No further invoices will follow.

      The archive of all tickets and attachments is being prepared; the owner of the account will find the download under Admin > Data, and it stays available for 90 days. After that, everything is deleted from our systems for good. Thank you for having been our customer, and if a new department opens one day, we'd be glad to see you again.

      Respectfully,
      {agent}`,
  },
  {
    name: "address-change",
    priority: 3,
    subject: "Wrong delivery address on order {reference}, please stop it",
    description: `
      I've just noticed that my order {reference} is going to my old apartment!! The shop filled the address in by itself and I didn't look. Please don't ship it yet. The new address is in my profile now.

      Sorry for the mess,
      {contact}`,
    reply: `
      Hi {contact_first},

      No need to be sorry, that happens a lot after a move. I have put order {reference} on hold, so it won't leave the warehouse for now.

      Your profile lists the new street without an apartment number. Is there one? And the order contains a bookshelf that comes with a freight company: is there an elevator, or will they have to carry it up the stairs?

      Best,
      {agent}`,
    answer: `
      Phew, thank you! It's apartment 12, third floor, and the elevator is tiny. It fits two people if they like each other. So stairs for the bookshelf, I'm afraid.

      {contact}`,
    resolution: `
      Hi {contact_first},

      Noted, with a word to the freight company about the elevator for people who like each other.

      Order {reference} now goes to apartment 12 at your new address, carrying it up to the third floor is booked, and that's on us. The hold is off, and the freight company will get in touch with you to arrange the day. I also removed the old address from your profile so that it can't sneak in again. Enjoy the new place!

      Best,
      {agent}`,
  },
  {
    name: "rental-asset",
    priority: 2,
    subject: "Rental projector, asset {reference}: overheating",
    description: `
      Hello,

      The projector we rent from you (asset number {reference}) has been switching itself off with a red temperature lamp since {day}. It is mounted on the ceiling of our main conference room. Filters were cleaned as described in the R&D facility handbook, without effect.

      Please advise whether you will service it here or exchange it.

      Kind regards,
      {contact}`,
    reply: `
      Hello {contact_first},

      Thank you for having taken care of the filters already; that rules out the usual suspect.

      According to our records, asset {reference} has run well past the point at which we normally swap the lamp and the fan. Is the fan audible when the projector starts? And does a technician need to register at your front desk, or be accompanied on site?

      With best regards,
      {agent}, Field Service`,
    answer: `
      Hello {agent_first},

      The fan starts, rattles briefly, and stops. Then the lamp turns red.

      Technicians must register one day in advance with name and company, and someone from facility management will be with them. Any day next week except {day} is fine.

      Kind regards,
      {contact}`,
    resolution: `
      Hello {contact_first},

      A rattling fan settles it: we'll exchange the unit rather than repair it on the ladder. A technician is scheduled for next week, not on {day}, and your front desk will receive the registration the day before, as required.

      The new projector has the same mount and the same connections, so nothing changes for the people in the room. The rental fee for the days without a working projector will be credited on your next invoice. I am closing the case here; the visit is tracked in service order {reference}.

      With best regards,
      {agent}, Field Service`,
  },
];
