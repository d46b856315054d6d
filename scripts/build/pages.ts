import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build, type Metafile } from 'esbuild';

/** The pages, with the policy that each needs besides running its own script. */
const PAGES = { bench: [], session: ['img-src data:'] } as const;

/**
 * Writes `dist/pages/NAME.html`: a page with its style and script in it, and placeholders that the program fills. A
 * policy in the page allows only that script to run, and forbids all requests.
 * @returns the source files of the scripts
 */
export async function buildPages(root: string): Promise<Metafile['inputs']> {
  mkdirSync(join(root, 'dist', 'pages'), { recursive: true });
  const inputs: Metafile['inputs'] = {};
  for (const [page, allowed] of Object.entries(PAGES)) {
    const { outputFiles, metafile } = await build({
      absWorkingDir: root,
      entryPoints: { [page]: `src/page/${page}/main.ts` },
      outdir: 'dist/pages',
      bundle: true,
      write: false,
      platform: 'browser',
      format: 'esm',
      target: 'es2022',
      minify: true,
      legalComments: 'none',
      metafile: true,
      logLevel: 'warning',
    });
    const text = (ending: string): string =>
      outputFiles.find(({ path }) => path.endsWith(ending))?.text.trim() ?? '';
    writeFileSync(join(root, 'dist', 'pages', `${page}.html`), template(text('.css'), text('.js'), allowed));
    Object.assign(inputs, metafile.inputs);
  }
  return inputs;
}

function template(style: string, script: string, allowed: readonly string[]): string {
  // A script element ends at the first such tag, even inside a string.
  const code = script.replaceAll('</script', '<\\/script');
  const hash = createHash('sha256').update(code).digest('base64');
  const policy = [
    "default-src 'none'",
    `script-src 'sha256-${hash}'`,
    "style-src 'unsafe-inline'",
    ...allowed,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title><!--title--></title>
<style>${style}</style>
</head>
<body>
<!--content-->
<script type="application/octet-stream" id="report"><!--data--></script>
<script type="module">${code}</script>
</body>
</html>
`;
}
