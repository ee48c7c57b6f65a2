import type { SimulatedHubSpot } from '../simulators/hubspot/simulated-hubspot.ts'

/** A lead of the demo: what it is there to show, and how it comes into the simulated HubSpot. */
export interface DemoLead {
  shows: string
  who: string
  /** Creates the contact, unless it is the one that HubSpot knew before Baton; returns its id. */
  arrive(hubspot: SimulatedHubSpot, known: string): string
  /** What happens once it has been scored for the first time, one after the other. */
  then?: DemoStep[]
}

/** A contact as HubSpot shows it. */
type Shown = Record<string, string | null>

/** Sends a signal with a value to POST /v1/signals, as if it had come about so many milliseconds ago. */
export type SendSignal = (id: string, type: string, value: number, ago: number) => void

const DAY = 24 * 60 * 60_000

/** Something that happens to a lead; it is over when the lead goes elsewhere, or when `until` holds and `tells` says how. */
export interface DemoStep {
  does: string
  /** Returns the contact's id when that is another one from then on. */
  act(hubspot: SimulatedHubSpot, id: string, now: () => number, signal: SendSignal): string | undefined
  until?(contact: Shown): boolean
  tells?(contact: Shown, before: Shown): string
}

/** A contact that HubSpot has known for months when Baton comes: adopted, scored, left alone. Returns its id. */
export function createKnownContact(hubspot: SimulatedHubSpot, now: () => number): string {
  const companyId = hubspot.createCompany({
    name: 'Meadow Logistics',
    domain: 'meadow.example',
    numberofemployees: '180',
    industry: 'COMPUTER_SOFTWARE',
  })
  return hubspot.createContact(
    {
      email: 'remy@meadow.example',
      firstname: 'Remy',
      lastname: 'Sol',
      jobtitle: 'VP Marketing',
      hs_analytics_source_data_1: 'trade fair',
    },
    { companyId, createdAt: now() - 90 * 24 * 60 * 60_000, by: 'import' },
  )
}

const DEMO_REQUEST = {
  num_conversion_events: '1',
  recent_conversion_event_name: 'Request a demo',
  hs_analytics_source_data_1: 'autumn campaign',
}

// The deal of the story, from when it is there.
let deal = ''

/** One lead of every kind. The first one runs up the whole ladder, because nobody answers it. */
export const STORY: DemoLead[] = [
  {
    shows: 'Tier 1, ready for sales',
    who: 'Dana Ruiz, VP Marketing at Northwind Freight (240 people, software), asks for a demo and clicks in two mails',
    arrive: (hubspot) =>
      hubspot.createContact(
        {
          email: 'dana.ruiz@northwind.example',
          firstname: 'Dana',
          lastname: 'Ruiz',
          jobtitle: 'VP Marketing',
          hs_email_click: '2',
          ...DEMO_REQUEST,
        },
        {
          companyId: hubspot.createCompany({
            name: 'Northwind Freight',
            domain: 'northwind.example',
            numberofemployees: '240',
            industry: 'COMPUTER_SOFTWARE',
          }),
          by: 'form',
        },
      ),
  },
  {
    shows: 'Tier 2, to be qualified first',
    who: 'Kim Osei, Head of Marketing at Smalltown Bakery (30 people), asks for a demo and clicks in four mails',
    arrive: (hubspot) =>
      hubspot.createContact(
        {
          email: 'kim@smalltown.example',
          firstname: 'Kim',
          lastname: 'Osei',
          jobtitle: 'Head of Marketing',
          hs_email_click: '4',
          ...DEMO_REQUEST,
        },
        {
          companyId: hubspot.createCompany({
            name: 'Smalltown Bakery',
            domain: 'smalltown.example',
            numberofemployees: '30',
            industry: 'RETAIL',
          }),
          by: 'form',
        },
      ),
  },
  {
    shows: 'Medium: interest, but little fit',
    who: 'Lee Wong, Analyst at Orchard Foods (40 people), attends a webinar and clicks in two mails',
    arrive: (hubspot) =>
      hubspot.createContact(
        {
          email: 'lee@orchard.example',
          firstname: 'Lee',
          lastname: 'Wong',
          jobtitle: 'Analyst',
          num_conversion_events: '1',
          recent_conversion_event_name: 'Webinar: pricing in retail',
          hs_email_click: '2',
        },
        {
          companyId: hubspot.createCompany({
            name: 'Orchard Foods',
            domain: 'orchard.example',
            numberofemployees: '40',
            industry: 'RETAIL',
          }),
          by: 'form',
        },
      ),
  },
  {
    shows: 'Low',
    who: 'Nina Falk opens one newsletter',
    arrive: (hubspot) =>
      hubspot.createContact(
        { email: 'nina@falk.example', firstname: 'Nina', lastname: 'Falk', hs_email_open: '1' },
        { by: 'import' },
      ),
  },
  {
    shows: 'Competitor',
    who: 'Max Stone, CMO at rival.example, asks for a demo',
    arrive: (hubspot) =>
      hubspot.createContact(
        { email: 'max@rival.example', firstname: 'Max', lastname: 'Stone', jobtitle: 'CMO', ...DEMO_REQUEST },
        { by: 'form' },
      ),
  },
  {
    shows: 'Hand-raiser: two looks at the prices, whatever the score',
    who: 'Pat Lind, Engineer at Harbour Labs (900 people), signs up for the newsletter',
    arrive: (hubspot) =>
      hubspot.createContact(
        {
          email: 'pat@harbour.example',
          firstname: 'Pat',
          lastname: 'Lind',
          jobtitle: 'Engineer',
          hs_analytics_source_data_1: 'organic search',
        },
        {
          companyId: hubspot.createCompany({
            name: 'Harbour Labs',
            domain: 'harbour.example',
            numberofemployees: '900',
            industry: 'BIOTECHNOLOGY',
          }),
          by: 'form',
        },
      ),
    then: [
      {
        does: 'Pat, who looked at the pricing page 40 minutes ago, does so again',
        act: (hubspot, id, now) => {
          const visit = (at: number) =>
            hubspot.changeContact(
              id,
              {
                hs_analytics_last_timestamp: new Date(at).toISOString(),
                hs_analytics_last_url: 'https://www.baton.example/pricing',
              },
              { by: 'hubspot' },
            )
          visit(now() - 40 * 60_000)
          setTimeout(() => visit(now()), 1_500)
          return undefined
        },
      },
    ],
  },
  {
    shows: 'A company that cannot be read: waited for, never taken for none',
    who: 'Ola Berg, CMO at Fjord Systems, asks for a demo while HubSpot cannot read the company',
    arrive: (hubspot) => {
      hubspot.failNext({ path: /companies\/batch\/read/, status: 503 })
      return hubspot.createContact(
        { email: 'ola@fjord.example', firstname: 'Ola', lastname: 'Berg', jobtitle: 'CMO', ...DEMO_REQUEST },
        {
          companyId: hubspot.createCompany({
            name: 'Fjord Systems',
            domain: 'fjord.example',
            numberofemployees: '120',
            industry: 'COMPUTER_SOFTWARE',
          }),
          by: 'form',
        },
      )
    },
  },
  {
    shows: 'A known contact asks for a demo by form: HubSpot sends no webhook of that, so Baton looks every 20 seconds',
    who: 'Remy Sol, VP Marketing at Meadow Logistics, was there three months before Baton came',
    arrive: (_, known) => known,
    then: [
      {
        does: 'Remy fills in the form "Request a demo"',
        act: (hubspot, id) => void hubspot.submitForm(id, { name: 'Request a demo' }),
      },
    ],
  },
  {
    shows: 'People have the last word: an owner set by hand, and a merge',
    who: 'Vic Stone, Head of Marketing at Canal Tools (40 people), asks for a demo and clicks in four mails',
    arrive: (hubspot) =>
      hubspot.createContact(
        {
          email: 'vic@canal.example',
          firstname: 'Vic',
          lastname: 'Stone',
          jobtitle: 'Head of Marketing',
          hs_email_click: '4',
          ...DEMO_REQUEST,
        },
        {
          companyId: hubspot.createCompany({
            name: 'Canal Tools',
            domain: 'canal.example',
            numberofemployees: '40',
            industry: 'RETAIL',
          }),
          by: 'form',
        },
      ),
    then: [
      {
        does: 'Somebody gives Vic to Ben Ortiz, by hand',
        act: (hubspot, id) => void hubspot.changeContact(id, { hubspot_owner_id: '102' }),
        until: ({ baton_handoffs }) => baton_handoffs?.includes('"holder":"ae-2"') === true,
        tells: () => 'Ben Ortiz has the lead, with the clock that runs; nobody overwrites that.',
      },
      {
        does: 'Somebody merges a second record of Vic into it; HubSpot gives the result a new id',
        act(hubspot, id) {
          const other = { email: 'vic@private.example', firstname: 'Vic', lastname: 'Stone' }
          return hubspot.mergeContacts(id, hubspot.createContact(other, { by: 'import' }))
        },
        until: ({ hs_object_id, baton_handoffs }) => baton_handoffs?.includes(`"id":"${hs_object_id}-`) === true,
        tells: ({ baton_sla_due_at }, before) =>
          baton_sla_due_at === before.baton_sla_due_at
            ? 'the same handoff goes on under the new id: same rep, same deadline, no new alert.'
            : 'the deadline has moved.',
      },
    ],
  },
  {
    shows: 'A deal is won: customer success takes over, and later hears that the product is used less',
    who: 'Kay Lund, COO at Bridge Media (90 people), an opportunity of Ada Lane, asks for a demo of one more module',
    arrive: (hubspot) => {
      const id = hubspot.createContact(
        {
          email: 'kay@bridge.example',
          firstname: 'Kay',
          lastname: 'Lund',
          jobtitle: 'COO',
          lifecyclestage: 'opportunity',
          hubspot_owner_id: '101',
          hs_email_click: '4',
          ...DEMO_REQUEST,
        },
        {
          companyId: hubspot.createCompany({
            name: 'Bridge Media',
            domain: 'bridge.example',
            numberofemployees: '90',
            industry: 'ONLINE_MEDIA',
          }),
          by: 'form',
        },
      )
      deal = hubspot.createDeal(
        {
          dealname: 'Bridge Media, yearly plan',
          dealstage: 'contractsent',
          amount: '18000',
          deal_currency_code: 'EUR',
          hubspot_owner_id: '101',
        },
        { contactIds: [id] },
      )
      return id
    },
    then: [
      {
        does: 'Ada Lane sets the deal "Bridge Media, yearly plan" to won',
        act: (hubspot, _, now) =>
          void hubspot.changeDeal(deal, { dealstage: 'closedwon', closedate: new Date(now()).toISOString() }),
        until: ({ baton_handoffs }) => baton_handoffs?.includes('"kind":"closed-won-onboarding"') === true,
        tells: ({ baton_stage, baton_nurture_track }) =>
          `stage ${baton_stage}, track "${baton_nurture_track}"; the introduction is due within 24 hours, and the steps of day 1 to 60 are set.`,
      },
      {
        does: 'The product tells of 40 sessions a week ago, and of 12 this week',
        act(_, id, __, signal) {
          signal(id, 'weekly_usage', 40, 8 * DAY)
          signal(id, 'weekly_usage', 12, 0)
          return undefined
        },
        until: ({ baton_nurture_track }) => baton_nurture_track === 're-engagement',
        tells: () =>
          'the trigger usage-dropped: track "re-engagement", and customer success can open a save attempt by the button in Slack.',
      },
    ],
  },
  {
    shows: 'Silence: 60 days are 15 seconds here, and 14 days are 6',
    who: 'Tom Reed downloads one guide, and is never heard of again',
    arrive: (hubspot) =>
      hubspot.createContact(
        {
          email: 'tom@reed.example',
          firstname: 'Tom',
          lastname: 'Reed',
          num_conversion_events: '1',
          recent_conversion_event_name: 'Guide: Download',
        },
        { by: 'form' },
      ),
    then: [
      {
        does: 'Tom does nothing',
        act: () => undefined,
        until: ({ baton_nurture_track }) => baton_nurture_track === 'still-relevant',
        tells: () => 'quiet for "60 days": track "still-relevant", by which HubSpot asks.',
      },
      {
        does: 'Tom does not answer',
        act: () => undefined,
        until: ({ baton_route }) => baton_route === 'archived',
        tells: ({ baton_route_reason }) =>
          `archived (${baton_route_reason}): in no track, until he does something new. Nothing is deleted.`,
      },
    ],
  },
]
