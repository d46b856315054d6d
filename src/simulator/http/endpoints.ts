/** A route of the simulator, matched by method and path. */
export interface Endpoint {
  name:
    | 'chat'
    | 'responses'
    | 'anthropic'
    | 'count-tokens'
    | 'completions'
    | 'embeddings'
    | 'tokenize'
    | 'models'
    | 'model'
    | 'connection-test'
    | 'health'
    | 'stats'
    | 'metrics'
    | 'settings'
    | 'change'
    | 'hold';
  method: 'GET' | 'POST' | 'PATCH';
  /** The path as the help shows it. */
  path: string;
  /** Its capture group is passed to the route as a parameter. */
  pattern: RegExp;
}

export const ENDPOINTS: readonly Endpoint[] = [
  {
    name: 'chat',
    method: 'POST',
    path: '/v1/chat/completions',
    pattern: /^(?:\/v1)?\/chat\/completions$/,
  },
  { name: 'responses', method: 'POST', path: '/v1/responses', pattern: /^(?:\/v1)?\/responses$/ },
  { name: 'anthropic', method: 'POST', path: '/v1/messages', pattern: /^(?:\/v1)?\/messages$/ },
  {
    name: 'count-tokens',
    method: 'POST',
    path: '/v1/messages/count_tokens',
    pattern: /^(?:\/v1)?\/messages\/count_tokens$/,
  },
  { name: 'completions', method: 'POST', path: '/v1/completions', pattern: /^(?:\/v1)?\/completions$/ },
  { name: 'embeddings', method: 'POST', path: '/v1/embeddings', pattern: /^(?:\/v1)?\/embeddings$/ },
  { name: 'tokenize', method: 'POST', path: '/tokenize', pattern: /^\/tokenize$/ },
  { name: 'models', method: 'GET', path: '/v1/models', pattern: /^(?:\/v1)?\/models$/ },
  { name: 'model', method: 'GET', path: '/v1/models/{model}', pattern: /^(?:\/v1)?\/models\/(.+)$/ },
  { name: 'connection-test', method: 'POST', path: '/test_completion', pattern: /^\/test_completion$/ },
  { name: 'health', method: 'GET', path: '/health', pattern: /^\/health$/ },
  { name: 'stats', method: 'GET', path: '/stats', pattern: /^\/stats$/ },
  { name: 'metrics', method: 'GET', path: '/metrics', pattern: /^\/metrics$/ },
  { name: 'settings', method: 'GET', path: '/admin/settings', pattern: /^\/admin\/settings$/ },
  { name: 'change', method: 'PATCH', path: '/admin/settings', pattern: /^\/admin\/settings$/ },
  { name: 'hold', method: 'GET', path: '/admin/hold', pattern: /^\/admin\/hold$/ },
];

/** `POST /v1/chat/completions` and so on. */
export const ENDPOINT_NAMES: readonly string[] = ENDPOINTS.map(({ method, path }) => `${method} ${path}`);
