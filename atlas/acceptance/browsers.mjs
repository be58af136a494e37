// Starts the browsers as the checks need them.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import puppeteer from 'puppeteer-core';

export const config = JSON.parse(readFileSync(process.argv[2], 'utf8'));
export const problems = [];
export const bad = (where, what) => problems.push({ where, what });

// As Tor Browser sets for its level "Safest", as far as is known.
export const safest = {
  'javascript.enabled': false, 'svg.disabled': true, 'mathml.disabled': true, 'gfx.downloadable_fonts.enabled': false,
  'gfx.font_rendering.opentype_svg.enabled': false, 'gfx.font_rendering.graphite.enabled': false, 'webgl.disabled': true,
  'media.webaudio.enabled': false, 'media.mediasource.enabled': false, 'media.autoplay.default': 5, 'javascript.options.wasm': false,
  'javascript.options.ion': false, 'javascript.options.baselinejit': false, 'javascript.options.asmjs': false, 'network.prefetch-next': false,
  'network.dns.disablePrefetch': true, 'network.http.speculative-parallel-limit': 0,
};
const quiet = {
  'network.captive-portal-service.enabled': false, 'network.connectivity-service.enabled': false, 'app.update.enabled': false,
  'browser.safebrowsing.malware.enabled': false, 'browser.safebrowsing.phishing.enabled': false, 'datareporting.policy.dataSubmissionEnabled': false,
  'extensions.getAddons.cache.enabled': false, 'services.settings.server': 'data:,', 'browser.region.network.url': '', 'layout.css.visited_links_enabled': false, 'toolkit.telemetry.enabled': false,
};

export async function withBrowser(kind, prefs, work) {
  const dir = mkdtempSync(join(tmpdir(), 'atlas-'));
  const browser = await puppeteer.launch(kind === 'chromium'
    ? { browser: 'chrome', executablePath: config.chromium, headless: true, userDataDir: dir,
        args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--hide-scrollbars'] }
    : { browser: 'firefox', executablePath: config.firefox, headless: true, userDataDir: dir, extraPrefsFirefox: { ...quiet, ...prefs } });
  try {
    await work(browser);
  } finally {
    await browser.close();
    rmSync(dir, { recursive: true, force: true });
  }
}
