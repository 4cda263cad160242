import { suite } from 'uvu';
import { appendFileSync } from 'node:fs';
import { saying } from '../support/hooks.ts';
import { type Rig, startRig } from './rig/rig.ts';
const test = suite<{rig: Rig}>('scratch');
test.before(saying(async (c) => { c.rig = await startRig(); }));
test.after(async ({ rig }) => { await rig?.stop(); });
test('x', async ({ rig }) => {
  for (const args of [
    ['--subnet', '192.168.8.5/24'], ['--subnet','192.168.8.0/24','--ip-range','192.168.8.200/27'], ['--subnet','192.168.8.0/24','--ip-range','192.168.0.0/16'],
    ['--ipv6','--subnet','192.168.8.0/24','--subnet','fd00:8::/127'], ['--ipv6','--subnet','fd00:8::/128'], ['--ipv6','--subnet','fd00:8::/126'], ['--ipv6','--subnet','fd00:8::/125'],
    ['--subnet','192.168.8.0/31'],['--subnet','192.168.8.0/32'],['--subnet','192.168.8.0/30'],
    ['--subnet','192.168.8.0/24','--subnet','192.168.8.0/24'], ['--subnet','192.168.8.0/24','--subnet','192.168.9.0/24'],
    ['--subnet','fd00:8::5/64', '--ipv6'],
  ]) for (const driver of ['bridge', 'macvlan']) {
    let out: string;
    try { await rig.docker('network','create','-d',driver,...args,'t'); out='ok '; 
      try { const id = await rig.docker('create','--network','t','sleeper'); out += ' created '+String(id).slice(0,12);} catch (e) { out += ' C ' + String((e as Error).message).slice(-200);}
      await rig.docker('network','rm','t'); } catch (e) { out = String((e as Error).message + ((e as any).stderr ?? '')).slice(-300); }
    appendFileSync('/tmp/scratch.out', driver + ' ' + args.join(' ') + ' => ' + out + '\n');
  }
  for (const mac of ['0242.c0a8.0135','02-42-c0-a8-01-35','2:42:c0:a8:1:35','02:42:C0:A8:01:35','0242c0a80135','02:42:c0:a8:01:35:00:01']) {
    let out: string; try { const r = await rig.docker('image','ls','-q'); out = String(await rig.docker('create','--mac-address',mac, String(r).split('\n')[0]!)); } catch (e) { out = String((e as Error).message + ((e as any).stderr ?? '')).slice(-200); }
    appendFileSync('/tmp/scratch.out', mac + ' => ' + out + '\n');
  }
});
test.run();
