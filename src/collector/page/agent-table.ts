/** The agents and what each follows: what the numbers rest on. */
import type { AgentView } from '../views.ts';
import { type Html, html } from '../../markup/html.ts';
import { bytes, counted, dateTime, protocolText } from '../../markup/words.ts';
import { ago } from './words.ts';

export function agentSection(agents: readonly AgentView[], asOf: string): Html {
  return html`<section id="agents" aria-labelledby="agents-title">
    <h2 id="agents-title">Agents</h2>
    <div class="scroll" role="region" aria-labelledby="agents-title" tabindex="0">
      <table id="agent-table" data-live>
        <thead>
          <tr>
            <th scope="col">Server</th>
            <th scope="col">Agent</th>
            <th scope="col">Heard</th>
            <th scope="col">Logs</th>
            <th scope="col">Evidence</th>
            <th scope="col">Last row</th>
            <th scope="col" class="number">Files</th>
            <th scope="col" class="number">Unread</th>
            <th scope="col" class="number">Dead letters</th>
          </tr>
        </thead>
        ${agents.map((agent) => agentBody(agent, asOf))}
      </table>
    </div>
    ${agents.length === 0 && html`<p class="empty">No agent has reported yet.</p>`}
  </section>`;
}

type Lane = AgentView['lanes'][number];

function agentBody(agent: AgentView, asOf: string): Html {
  const rows = Math.max(1, agent.lanes.length);
  const heard =
    agent.lastHeartbeat === null
      ? 'never'
      : html`<time datetime="${agent.lastHeartbeat}" title="${dateTime(agent.lastHeartbeat)} UTC"
          >${ago(agent.lastHeartbeat, asOf)}</time
        >`;
  const head = html` <th scope="rowgroup" rowspan="${rows}">${agent.server}</th>
    <td rowspan="${rows}">
      ${agent.name}${agent.version !== '' && html` <span class="quiet">${agent.version}</span>`}${skew(agent)}
    </td>
    <td rowspan="${rows}">${agent.silent ? html`<span class="proof gap">silent</span> ` : null}${heard}</td>`;
  if (agent.lanes.length === 0)
    return html`<tbody>
      <tr>
        ${head}
        <td colspan="6" class="quiet">follows nothing</td>
      </tr>
    </tbody>`;
  return html`<tbody>
    ${agent.lanes.map(
      (lane, index) =>
        html`<tr>
          ${index === 0 && head}${laneCells(lane, asOf)}
        </tr>`,
    )}
  </tbody>`;
}

function skew({ clockSkewSeconds }: AgentView): Html | null {
  if (Math.abs(clockSkewSeconds) < 5) return null;
  const side = clockSkewSeconds > 0 ? 'ahead' : 'behind';
  return html` <span class="proof gap"
    >clock ${counted(Math.round(Math.abs(clockSkewSeconds)), 'second', 'seconds')} ${side}</span
  >`;
}

function laneCells(lane: Lane, asOf: string): Html {
  return html` <td><b>${protocolText[lane.protocol]}</b> <span class="path">${lane.root}</span></td>
    <td>${proof(lane)}</td>
    <td>
      ${lane.lastRow === null ? 'none' : html`<time datetime="${lane.lastRow}" title="${dateTime(lane.lastRow)} UTC">${ago(lane.lastRow, asOf)}</time>`}
    </td>
    <td class="number">${lane.filesFollowed}</td>
    <td class="number">${bytes(lane.backlogBytes)}</td>
    <td class="number">${deadLetters(lane)}</td>`;
}

function deadLetters({ deadLetters: kept, deadLettersLost: lost }: Lane): Html {
  return html`${kept}${lost > 0 && html` <span class="proof gap">${lost} not kept</span>`}`;
}

function proof(lane: Lane): Html {
  if (lane.gaps.length > 0) return html`${lane.gaps.map(({ text }) => html`<span class="proof gap">${text}</span> `)}`;
  if (!lane.readBack.done)
    return html`<span class="proof gap">reading back, ${Math.floor(lane.readBack.fraction * 100)} %</span>`;
  return html`<span class="proof complete">complete</span>`;
}
