/** Files as people write them, put together from pieces of text that no YAML library would write. */
import fc from 'fast-check';

interface Piece {
  readonly text: string;
  /** The top level's fragment that it needs. */
  readonly needs?: string;
}

const base = 'x-base: &base\n  restart: always\n';
const logging = 'x-logging: &logging\n  logging: { driver: json-file, options: { max-size: "10m" } }\n';
const both = `${base}${logging}`;

/** What is in a service, at an indentation of four; a line ends each. */
const pieces: readonly Piece[] = [
  { text: '    image: nginx\n' },
  { text: '    image:   "nginx:1.27"   # why this one\n' },
  { text: '    image: nginx\t\n' },
  { text: '    image: nginx \t# after a tab\n' },
  { text: "    image: 'it''s'\n" },
  { text: '    image:\n      nginx\n' },
  { text: '    ? image\n    : nginx\n' },
  { text: '    "image" : nginx\n' },
  { text: '    image: &img nginx\n    hostname: *img\n' },
  { text: '    <<: *base\n    image: nginx\n', needs: base },
  { text: '    <<: [*base, *logging]\n    image: nginx\n', needs: both },
  { text: '    image: nginx\n    <<:\n      - *base\n      - *logging\n', needs: both },
  {
    text:
      '    # before everything\n    image: nginx\n\n    # between the keys\n\n' +
      '    restart: always\n  # less than its own\n',
  },
  { text: '    image: nginx\n    command: >-\n      one long line that is\n      folded\n\n      and goes on\n' },
  { text: '    image: nginx\n    command: |+\n      kept\n\n\n' },
  { text: '    image: nginx\n    command: |2\n        two more\n' },
  { text: '    image: nginx\n    command: one\n      two\n      three\n' },
  { text: '    image: nginx\n    command: "one\n      two \\\n      three"\n' },
  { text: "    image: nginx\n    command: 'one\n\n      two'\n" },
  { text: '    image: nginx\n    environment:\n    - A=1\n    - B=2\n' },
  { text: '    image: nginx\n    environment: {A: 1,\n      B: "2",   # in brackets\n      C: }\n' },
  { text: '    image: nginx\n    ports: ["8080:80",\n            "53:53/udp"]\n' },
  {
    text: '    image: nginx\n    ports:\n      - target: 80\n        published: "8080"\n      -\n        target: 81\n',
  },
  { text: '    image: nginx\n    ports: !reset []\n' },
  { text: '    image: nginx\n    environment: !override\n      A: "1"\n' },
  { text: '    image: !!str nginx\n' },
  { text: '    image: nginx\n    command: null\n' },
  { text: '    image: nginx\n    command: ~\n' },
  { text: '    image: nginx\n    x-empty:\n' },
  { text: '    image: nginx\n    labels:\n      ? a\n      : b\n      "c: d": "#"\n' },
  { text: '    image: nginx\n    x-notes: "# no comment"\n    labels: [a=#b, "c"] # one\n' },
  {
    text:
      '    build:\n      context: .\n      dockerfile_inline: |\n' +
      '        FROM nginx\n        # a comment\n\n        RUN true\n',
  },
  { text: '    image: nginx\n    healthcheck:\n      test: ["CMD", "true"]\n\n\n' },
  { text: '    image: nginx\n    depends_on: {}\n    networks: {default: {aliases: [a]}}\n' },
  { text: '    image: ${IMAGE:-nginx:1}\n    command: ["a", "$$HOME"]\n' },
  { text: '    image: nginx # \u00fc\u4e2d\u{1f433}\n    x-word: "\u{1f433}"\n' },
];

/** A whole service, with its key. */
const service = (name: string): fc.Arbitrary<Piece> =>
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.constantFrom(...pieces).map(({ text, ...rest }) => ({ text: `  ${name}:\n${text}`, ...rest })),
    },
    {
      weight: 3,
      arbitrary: fc.constantFrom<Piece>(
        { text: `  ${name}: { image: nginx }\n` },
        { text: `  ${name}: {image: nginx,}\n` },
        { text: `  ${name}: {"image":"nginx","ports":["80:80"]}\n` },
        { text: `  ${name}: {\n    image: nginx,\n    # inside\n    restart: always\n  }\n` },
        { text: `  ${name}: {\n    image: nginx, restart: always, # and why\n  }  # after\n` },
        { text: `  ${name}: { image: nginx, command: }\n` },
        { text: `  ${name}: { image: nginx, command: , }\n` },
        { text: `  ${name}: { image: nginx, command: # none\n  }\n` },
        { text: `  ${name}: {\n    image: nginx,\n    command:\n  }\n` },
        { text: `  ${name}: {<<: *base, image: nginx}\n`, needs: base },
        { text: `  ${name}: &${name}-anchor\n    image: nginx\n` },
        { text: `  ${name}: # about it\n    image: nginx\n` },
        { text: `  ${name}:\n\n    # first a comment\n    image: nginx\n` },
        { text: `  "${name}":\n      image: nginx\n      restart: always\n` },
        { text: `  ${name} :\n   image: nginx\n` },
        { text: `  ? ${name}\n  : image: nginx\n    restart: always\n` },
        { text: `  ? ${name}\n  :\n    image: nginx\n` },
        { text: `  ${name}: !!map\n    image: nginx\n` },
      ),
    },
  );

const networks = [
  ...[
    '',
    '',
    'networks:\n  back:\n',
    'networks: { back: , front: {} }\n',
    'networks: { back: , front: }\n',
    'volumes:\n  data:\n',
  ],
  ...['networks:\n  back: # why\n    driver: bridge\n\n\n# the end\n', 'x-end: |\n  text\n', 'secrets: {}\n'],
];

/** A text without any x-netmode; Compose may refuse it. */
export const handwrittenProject: fc.Arbitrary<string> = fc
  .record({
    services: fc.tuple(
      service('web'),
      fc.option(service('db'), { nil: undefined }),
      fc.option(service('dns'), { nil: undefined }),
    ),
    start: fc.constantFrom('', '', '---\n', '# Compose\n\n', '\n\n', 'name: shop\n', 'version: "3.8"\n'),
    before: fc.boolean(),
    networks: fc.constantFrom(...networks),
    end: fc.constantFrom('as it is', 'no line break', 'blank lines', 'end mark', 'comment', 'inner comment', 'spaces'),
    eol: fc.constantFrom('\n', '\n', '\r\n'),
    mark: fc.integer({ min: 0, max: 5 }).map((drawn) => drawn === 0),
  })
  .map(({ services, start, before, networks: other, end, eol, mark }) => {
    const all = services.filter((one) => one !== undefined);
    const needs = [...new Set(all.flatMap((one) => one.needs ?? []))];
    const fragments = needs.includes(both) ? both : needs.join('');
    const body = `services:\n${all.map(({ text }) => text).join('')}`;
    const text = ended(`${start}${fragments}${before ? `${other}${body}` : `${body}${other}`}`, end);
    return `${mark ? '\uFEFF' : ''}${eol === '\n' ? text : text.replaceAll('\n', '\r\n')}`;
  });

function ended(text: string, end: string): string {
  switch (end) {
    case 'no line break':
      return text.replace(/\n+$/, '');
    case 'blank lines':
      return `${text}\n\n`;
    case 'end mark':
      return `${text}...\n`;
    case 'comment':
      return `${text}# the last line`;
    case 'inner comment':
      return `${text}      # the last line`;
    case 'spaces':
      return `${text}  \n`;
    default:
      return text;
  }
}
