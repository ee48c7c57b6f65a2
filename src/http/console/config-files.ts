import type { VNode } from 'preact'
import type { ConfigViews } from '../../views/config.ts'
import { CONFIG_FILE_NAME } from '../v1/what-if.ts'
import { html } from './html.ts'

/** The fields for a config that somebody tries: its files as they are here, to change them or to put in others. */
export function configFields(files: Record<string, string>): VNode {
  return html`<div class="filters">
      <div class="field wide"><label for="files">Files from this computer</label><input id="files" type="file" accept=".yaml" multiple data-fills="file:" /></div>
      <div class="field wide"><label for="folder">Or a whole config folder</label><input id="folder" type="file" webkitdirectory data-fills="file:" data-whole /></div>
    </div>
    <input type="hidden" name="whole" value="" />
    <p class="hint" id="filled" role="status">Files that you do not give stay as they are here; a folder stands for the whole config.</p>
    <div id="texts">${Object.entries(files).map(
      ([
        name,
        text,
      ]) => html`<details><summary>${name}</summary><label class="hidden" for=${`text-${name}`}>${name}</label>
        <textarea id=${`text-${name}`} name=${`file:${name}`} rows="18" spellcheck="false">${`\n${text}`}</textarea></details>`,
    )}</div>`
}

/** The files that a form gave: those of here, with what is changed, unless a whole config was given. */
export async function filesOf(
  given: Record<string, unknown>,
  viewConfig: ConfigViews,
): Promise<Record<string, string>> {
  const files = given.whole === 'yes' ? {} : await viewConfig.files()
  for (const [key, text] of Object.entries(given)) {
    const name = key.startsWith('file:') ? key.slice(5) : ''
    // A form sends its line ends as CR LF.
    if (CONFIG_FILE_NAME.test(name)) files[name] = String(text).replaceAll('\r\n', '\n')
  }
  return files
}

/** What keeps a config from being loaded; the first line says how many mistakes there are. */
export function refusal([heading, ...lines]: string[]): VNode {
  return html`<p class="said bad" role="alert">${heading}</p><ul>${lines.map((line) => html`<li>${line}</li>`)}</ul><p>Go back in your browser: what you wrote is still there.</p>`
}
