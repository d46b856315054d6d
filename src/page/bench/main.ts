import 'uplot/dist/uPlot.min.css';
import '../common/page.css';
import { themeButton } from '../common/dom.js';
import { embedded } from '../common/embedded.js';
import { readReport } from './report.js';
import { showRun } from './run-view.js';
import { tabs } from './tabs.js';

document.querySelector('.page-tools')?.append(themeButton());
const report = readReport(await embedded('report'));
for (const [number, run] of report.runs.entries()) {
  const section = document.getElementById(`run-${number}`);
  if (section !== null) showRun(section, run, report);
}
if (report.runs.length > 1) tabs(report.runs);
document.documentElement.dataset.ready = 'true';
