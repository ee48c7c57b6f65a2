import { expect, it } from 'vitest'
import { loadConfig } from '../../../src/config/load.ts'
import { observeSignals } from '../../../src/leads/observe-signals.ts'
import { NOW } from '../../support/records.ts'

const { hubspot } = await loadConfig('config', NOW)

const [DEMO, TRIAL, WEBINAR, CONTENT, OUT, NONE] = [
  'demo_requested',
  'trial_started',
  'webinar_attended',
  'content_downloaded',
  'not_interested',
  undefined,
]

/** What a form is by its name, beside a form. */
function kindOf(name: string): string | undefined {
  const contact = { num_conversion_events: '1', recent_conversion_event_name: name }
  const found = observeSignals(hubspot, contact, { before: {}, createdAt: NOW, now: NOW }).map(({ type }) => type)
  expect(found.filter((type) => type === 'form_submitted')).toHaveLength(1)
  return found.find((type) => type !== 'form_submitted')
}

it.each([
  // What asks for sales.
  ['Request a demo', DEMO],
  ['Demo', DEMO],
  ['Demo request', DEMO],
  ['DEMO REQUEST FORM', DEMO],
  ['Book a demo: Form 3', DEMO],
  ['Schedule a live demo | Acme: Contact', DEMO],
  ['Product demonstration: Request', DEMO],
  ['Talk to sales: Contact', DEMO],
  ['Contact sales', DEMO],
  ['Contact our sales team: Form', DEMO],
  ['Speak with an expert', DEMO],
  ['Demoanfrage: Formular', DEMO],
  ['Request a quote', DEMO],
  ['Book a call', DEMO],
  ['Guides and ebooks: Request a demo', DEMO],
  ['The ultimate guide to CRM: Book a demo', DEMO],
  ['Webinar on pricing: Request a demo', DEMO],
  ['Request a callback', DEMO],
  ['Enterprise: Talk to our sales team', DEMO],
  ['Demo anfordern', DEMO],
  ['Beratungstermin buchen', DEMO],
  ['Produktdemo: Termin', DEMO],
  ['Angebot anfordern: Formular', DEMO],
  ['Réserver une démo', DEMO],
  ['Demande de devis', DEMO],
  ['Solicitar una demo: Formulario', DEMO],
  ['Hablar con ventas: Contacto', DEMO],
  // What begins a trial.
  ['Free trial', TRIAL],
  ['Trial signup', TRIAL],
  ['Start your trial', TRIAL],
  ['Start your free trial: Sign up', TRIAL],
  ['Free trial: Download', TRIAL],
  ['Clinical trial management software: Free trial', TRIAL],
  ['A guide to CRM: Start your trial', TRIAL],
  ['Create your free account', TRIAL],
  ['Kostenlos testen: Anmeldung', TRIAL],
  ['Essai gratuit', TRIAL],
  ['Prueba gratuita: Registro', TRIAL],
  // Webinars, whatever they are about.
  ['Webinar: pricing in retail', WEBINAR],
  ['Webinar: demo of the product', WEBINAR],
  ['Webinar: The guide to attribution', WEBINAR],
  ['Webinar replay', WEBINAR],
  ['Webinaire: Inscription', WEBINAR],
  // What is behind a form, whatever it is about.
  ['Industrial IoT guide: Download form', CONTENT],
  ['Clinical trials whitepaper', CONTENT],
  ['Clinical trial handbook: Download', CONTENT],
  ['Demographics of SaaS buyers: Ebook', CONTENT],
  ['Demo video download', CONTENT],
  ['Trial balance template', CONTENT],
  ['Pricing guide: Download', CONTENT],
  ['Routing guide', CONTENT],
  ['State of sales 2026: Report', CONTENT],
  ['Newsletter best practices: Ebook', CONTENT],
  ['Customer support playbook: E-Book', CONTENT],
  ['Customer feedback: White paper', CONTENT],
  ['How we cancel meetings: Case study', CONTENT],
  ['Security checklist', CONTENT],
  ['ROI calculator template', CONTENT],
  ['How to run a demo: Guide', CONTENT],
  ['Leitfaden Lead-Routing', CONTENT],
  ['Checkliste Vertrieb: Herunterladen', CONTENT],
  ['Livre blanc : le routage', CONTENT],
  ['Étude de cas Northwind', CONTENT],
  ['Guía de precios: Descargar', CONTENT],
  ['Plantilla de informes', CONTENT],
  // Whoever wants nothing more.
  ['Not interested', OUT],
  ['Preferences: Unsubscribe', OUT],
  // A form and no more.
  ['Contact us: Contact form', NONE],
  ['Newsletter', NONE],
  ['Newsletter signup', NONE],
  ['The ultimate guide to CRM: Newsletter', NONE],
  ['How to give a great demo: Subscribe to the blog', NONE],
  ['Support: Open a ticket', NONE],
  ['Report a bug', NONE],
  ['Careers: Job application', NONE],
  ['Cancel demo: Feedback', NONE],
  ['Cancel demo', NONE],
  ['Demo request (cancelled)', NONE],
  ['Reschedule demo', NONE],
  ['Cancelar demo', NONE],
  ['Cancel my trial', NONE],
  ['Demo feedback', NONE],
  ['Webinar feedback survey', NONE],
  ['Trial extension request', NONE],
  ['Guide to GDPR: Contact us', NONE],
  ['Demographics', NONE],
  ['Industrial automation: Enquiry', NONE],
  ['Trialists and democracy', NONE],
  ['Webinars for partners: Cancel', NONE],
  ['Umfrage: Feedback', NONE],
  ['Meetings Link: dana/intro', NONE],
  ['Form 1', NONE],
])('the form "%s" is %s', (name, kind) => {
  expect(kindOf(name)).toBe(kind)
})

it('a form without a name is a form', () => {
  expect(kindOf('')).toBeUndefined()
})
