import type { Client } from '@hubspot/api-client'
import type { Call } from './call.ts'

/** Makes and archives the contact of a test of Baton; whatever else is a contact, people make. */
export function createTestContacts({ client, call }: { client: Client; call: Call }) {
  return {
    /** Creates a contact; resolves with its id. */
    createContact: async (properties: Record<string, string>): Promise<string> =>
      (await call('create contact', () => client.crm.contacts.basicApi.create({ properties, associations: [] }))).id,

    /** Archives a contact, from where HubSpot restores it for 90 days. One that is gone already is fine. */
    archiveContact: (id: string): Promise<void> =>
      call('archive contact', () => client.crm.contacts.basicApi.archive(id)),
  }
}
