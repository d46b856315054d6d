import '../common/page.css';
import './session.css';
import { themeButton } from '../common/dom.js';

document.querySelector('.page-tools')?.append(themeButton());
document.documentElement.dataset.ready = 'true';
