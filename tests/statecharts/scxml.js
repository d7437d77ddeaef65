// From an SCXML document without expressions to a workflow document.

/** Reads XML as a tree of `{name, attributes, children}`; text and comments do not matter here. */
export function parse(text) {
  const root = { name: '', attributes: {}, children: [] };
  const open = [root];
  const bare = text.replace(/<!--[\s\S]*?-->|<\?[\s\S]*?\?>|<!\[CDATA\[[\s\S]*?\]\]>/g, '');
  for (const [, closing, name, inside, alone] of bare.matchAll(/<(\/?)([\w:.-]+)((?:"[^"]*"|'[^']*'|[^>"'])*?)(\/?)>/g)) {
    if (closing) {
      open.pop();
      continue;
    }
    const attributes = {};
    for (const [, key, double, single] of inside.matchAll(/([\w:.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g)) {
      attributes[key] = double ?? single;
    }
    const element = { name, attributes, children: [] };
    open.at(-1).children.push(element);
    if (!alone) open.push(element);
  }
  return root.children[0];
}

/** What an SCXML document may be made of to be converted. */
const KNOWN = new Set(['scxml', 'state', 'parallel', 'final', 'history', 'initial', 'transition', 'onentry', 'onexit',
  'raise', 'send', 'log']);

/** Thrown for a document that needs expressions, data, or other charts to send to. */
export class NeedsMore extends Error {}

/** How a `send` to the chart itself may be written. */
const SCXML_PROCESSOR = 'http://www.w3.org/TR/scxml/#SCXMLEventProcessor';

/** The events that a document raises or sends. */
function raised(element) {
  const own = ['raise', 'send'].includes(element.name) ? [element.attributes.event] : [];
  return [...own, ...element.children.flatMap(raised)];
}

/** The workflow of an SCXML document that hears of some events. */
export function workflowOf(scxml, id, heard) {
  let unnamed = 0;
  const events = [...new Set([...heard, ...raised(scxml)])];
  const words = (text) => (text ?? '').split(/\s+/).filter(Boolean);

  const condition = (text) => {
    if (text === undefined) return undefined;
    const asked = /^\s*(!?)\s*In\(\s*'([^']+)'\s*\)\s*$/.exec(text);
    if (/^\s*(true|false)\s*$/.test(text)) return { bool: text.trim() === 'true' };
    if (!asked) throw new NeedsMore(`the condition ${text}`);
    const holds = { op: 'contains', args: [{ fact: 'states' }, { string: asked[2] }] };
    return asked[1] ? { op: 'not', args: [holds] } : holds;
  };

  // Without a delay an event comes a moment later: the configurations are those before it comes back.
  const span = (delay) => {
    const [, count, unit] = /^([\d.]+)(ms|s)?$/.exec(delay ?? '0.000001s');
    return `PT${unit === 'ms' ? Number(count) / 1000 : count}S`;
  };

  const actions = (element) => element.children.flatMap(({ name, attributes }) => {
    if (name === 'raise') return [{ raise: attributes.event }];
    if (name === 'send' && attributes.target === '#_internal') return [{ raise: attributes.event }];
    if (name === 'send') return [{ send: { event: attributes.event, after: span(attributes.delay) } }];
    return [];
  });

  // A token matches an event of its name, and those whose names go on after a point.
  const patterns = (text) => words(text).flatMap((token) => {
    if (token === '*' || token.endsWith('.*')) {
      const exact = token.slice(0, -2);
      return token !== '*' && events.includes(exact) ? [exact, token] : [token];
    }
    return events.some((event) => event.startsWith(`${token}.`)) ? [token, `${token}.*`] : [token];
  });

  const transitions = (element) => element.children.filter(({ name }) => name === 'transition').flatMap((one) => {
    const { event, cond, target, type } = one.attributes;
    const rest = { when: condition(cond), to: words(target), internal: type === 'internal', actions: actions(one) };
    return event === undefined ? [rest] : patterns(event).map((name) => ({ event: name, ...rest }));
  });

  const targetOf = (element) => words(element?.children.find(({ name }) => name === 'transition')?.attributes.target);

  const handlers = (element, wanted) => element.children.filter(({ name }) => name === wanted).flatMap(actions);

  const state = (element) => {
    const { name, attributes } = element;
    const made = { id: attributes.id ?? `unnamed ${(unnamed += 1)}` };
    if (name === 'history') {
      return { ...made, kind: attributes.type === 'deep' ? 'deep_history' : 'history', initial: targetOf(element) };
    }
    const named = element.children.find((child) => child.name === 'initial');
    return {
      ...made,
      kind: name === 'state' ? 'state' : name,
      initial: name === 'state' ? (named ? targetOf(named) : words(attributes.initial)) : [],
      states: inner(element),
      transitions: transitions(element),
      entry: handlers(element, 'onentry'),
      exit: handlers(element, 'onexit'),
    };
  };

  const inner = (element) => element.children
    .filter(({ name }) => ['state', 'parallel', 'final', 'history'].includes(name)).map(state);

  const check = (element) => {
    if (!KNOWN.has(element.name)) throw new NeedsMore(`<${element.name}>`);
    const computed = Object.keys(element.attributes).find((key) => /expr$|^location$/.test(key));
    if (computed && element.name !== 'log') throw new NeedsMore(`${computed} of <${element.name}>`);
    const { target, type } = element.attributes;
    if (element.name === 'send' && !([undefined, '#_internal'].includes(target) && [undefined, SCXML_PROCESSOR].includes(type))) {
      throw new NeedsMore(`<send> to ${target ?? type}`);
    }
    if (element.name === 'initial' && element.children.some((transition) => actions(transition).length)) {
      throw new NeedsMore('an initial transition that does something');
    }
    element.children.forEach(check);
  };

  check(scxml);
  return {
    format: 'guerdon.workflow/1',
    id,
    version: 1,
    events,
    initial: words(scxml.attributes.initial),
    states: inner(scxml),
  };
}
