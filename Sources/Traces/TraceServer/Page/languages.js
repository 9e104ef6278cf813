// The tokens of the languages in which traces have code. A rule is a kind and a pattern; the first rule that matches at
// a position wins. Words are looked up in `words`. The patterns look ahead and back only a limited distance.

/** Any end of a text. With the flag m, $ is the end of a line. */
const end = "$(?![^])";
const doubleQuoted = /"(?:[^"\\\n]|\\.)*"?/;
const singleQuoted = /'(?:[^'\\\n]|\\.)*'?/;
const number = /\b0[xXbBoO][\da-fA-F_]+\b|\b\d[\d_]*(?:\.\d[\d_]*)?(?:[eE][+-]?\d+)?[a-z%]{0,2}\b/;
const hashComment = /(?<![^\s;(])#.*/;
const blockComment = new RegExp(`//.*|/\\*[^]*?(?:\\*/|${end})`);

const python = {
  rules: [
    ["comment", /#.*/],
    [
      "string",
      new RegExp(
        `(?:\\b[rbfuRBFU]{1,2})?(?:"""[^]*?(?:"""|${end})|'''[^]*?(?:'''|${end})|` +
          `${doubleQuoted.source}|${singleQuoted.source})`,
      ),
    ],
    ["name", /^[ \t]{0,80}@[\w.]+/],
    ["number", number],
    ["word", /[A-Za-z_]\w*/],
  ],
  words: {
    keyword:
      "and as assert async await break case class continue def del elif else except finally for from global if " +
      "import in is lambda match nonlocal not or pass raise return try type while with yield",
    number: "True False None Ellipsis self cls",
  },
  callables: true,
};

const javascript = {
  rules: [
    ["comment", blockComment],
    ["string", new RegExp(`\`(?:[^\`\\\\]|\\\\[^])*\`?|${doubleQuoted.source}|${singleQuoted.source}`)],
    [
      "string",
      /(?<=(?:[=(,:;!&|?{[]|return)[ \t]{0,8})\/(?![*/>])(?:[^/\\\n[]|\\.|\[(?:[^\]\\\n]|\\.){0,80}\]){1,200}\/[a-z]*/,
    ],
    ["name", /(?<![\w)\]])<\/?[A-Za-z][\w.-]*(?=[\s/>])|@[A-Za-z]\w*/],
    ["number", number],
    ["word", /[A-Za-z_$][\w$]*/],
  ],
  words: {
    keyword:
      "abstract any as asserts async await boolean break case catch class const continue debugger declare default " +
      "delete do else enum export extends finally for from function get if implements import in infer instanceof " +
      "interface is keyof let namespace never new number object of private protected public readonly return satisfies " +
      "set static string super switch symbol throw try type typeof unknown using var void while with yield",
    number: "true false null undefined NaN Infinity this",
  },
  callables: true,
};

const bash = {
  rules: [
    ["comment", hashComment],
    ["string", /<<-?[ \t]*(?<quote>['"]?)(?<mark>\w+)\k<quote>[^\n]*\n[^]{0,4000}?^[ \t]{0,80}\k<mark>$/],
    ["string", /"(?:[^"\\]|\\[^])*"?|'[^']*'?/],
    ["variable", /\$(?:\w+|\{[^}\n]{0,200}\}|[?#@*!$-])/],
    ["name", /(?<=\s)--?[A-Za-z][\w-]*/],
    ["number", /(?<![\w./-])\d+(?![\w./-])/],
    ["word", /[A-Za-z_][\w.-]*/],
  ],
  words: {
    keyword:
      "if then elif else fi for in do done while until case esac function return exit export local readonly set " +
      "shift trap source eval exec unset break continue declare",
  },
};

const sql = {
  ignoresCase: true,
  rules: [
    ["comment", new RegExp(`--.*|/\\*[^]*?(?:\\*/|${end})`)],
    ["string", /'(?:[^']|'')*'?/],
    ["plain", /"[^"\n]*"/],
    ["variable", /\$\d+|(?<!:):[a-z_]\w*|%\(\w+\)s|%s/],
    ["keyword", /\$[a-z_]*\$/],
    ["number", number],
    ["word", /[a-z_]\w*/],
  ],
  words: {
    keyword:
      "add all alter analyze and any as asc begin between by cascade case check cluster collate column comment commit " +
      "concurrently conflict constraint copy create cross current_date current_timestamp database declare default deferrable " +
      "deferred delete desc distinct do drop each else end except exclude execute exists explain extension false fetch filter " +
      "first for foreign from full function generated grant group having if ilike immediate in include index inner insert " +
      "intersect interval into is isolation join key language last lateral left level like limit listen lock locked loop " +
      "materialized merge natural not nothing notify null nulls of offset on only or order outer over partition policy " +
      "primary privileges procedure raise read recursive references refresh reindex release rename replace restrict " +
      "return returning returns revoke right role rollback row rows savepoint schema security select sequence serializable " +
      "session set share show skip start statement strict table tablespace temp temporary then to transaction trigger " +
      "true truncate type union unique unlogged update using vacuum valid validate values view wait when where while with work",
    type:
      "bigint bigserial boolean bool bytea char date double float halfvec inet int integer json jsonb numeric precision real " +
      "regclass serial smallint text time timestamp timestamptz tsquery tsvector uuid varchar vector void",
  },
  callables: true,
};

const scalars = "true false null yes no on off";

const yaml = {
  rules: [
    ["comment", hashComment],
    ["variable", /\$\{\{[^}\n]{0,200}\}\}|\$\{[^}\n]{0,200}\}/],
    ["name", /(?<=^[ \t]{0,80}(?:- {1,3}){0,3})(?:"[^"\n]*"|'[^'\n]*'|[\w./$@*<-][^\s:#"'{}[\],]*)(?=:(?:\s|$))/],
    ["string", /"(?:[^"\\\n]|\\.)*"|(?<!\w)'(?:[^'\n]|'')*'/],
    ["variable", /(?<=[\s[])[&*][\w-]+|(?<=\s)![\w!-]+/],
    ["number", /(?<=[:[,] {0,4}|- )-?\d+(?:\.\d+)?(?=\s*(?:$|[,\]}#]))/],
    ["word", /[A-Za-z_][\w./:@-]*/],
  ],
  words: { number: scalars },
};

const dockerfile = {
  rules: [
    ["comment", /^[ \t]{0,80}#.*/],
    ["string", /"(?:[^"\\]|\\[^])*"?|'[^'\n]*'/],
    ["variable", /\$(?:\w+|\{[^}\n]{0,200}\})/],
    [
      "keyword",
      /^(?:FROM|RUN|CMD|ENTRYPOINT|COPY|ADD|ENV|ARG|WORKDIR|USER|EXPOSE|VOLUME|LABEL|SHELL|STOPSIGNAL|HEALTHCHECK|ONBUILD)\b|\bAS\b|\bCMD\b/,
    ],
    ["name", /(?<=\s)--?[A-Za-z][\w-]*/],
  ],
};

const toml = {
  rules: [
    ["comment", hashComment],
    ["keyword", /^[ \t]{0,80}\[[^\n]*\](?=\s*(?:#.*)?$)/],
    ["name", /^[ \t]{0,80}[\w."'-]+(?=[ \t]*=)/],
    ["string", new RegExp(`"""[^]*?(?:"""|${end})|'''[^]*?(?:'''|${end})|${doubleQuoted.source}|'[^'\\n]*'?`)],
    ["number", number],
    ["word", /[A-Za-z_][\w-]*/],
  ],
  words: { number: "true false" },
};

const ini = {
  rules: [
    ["comment", /^[ \t]{0,80}[#;].*/],
    ["keyword", /^[ \t]{0,80}\[[^\]\n]*\]/],
    ["name", /^[ \t]{0,80}[\w.%:-]+(?=[ \t]*=)/],
    ["variable", /\$\{[^}\n]{0,200}\}|\$\w+|%\(\w+\)s/],
    ["number", /(?<==[ \t]{0,4})\d+\w{0,2}$/],
  ],
};

const nginx = {
  rules: [
    ["comment", hashComment],
    ["string", /"(?:[^"\\]|\\[^])*"?|'[^'\n]*'/],
    ["variable", /\$\w+|\$\{\w+\}/],
    ["keyword", /(?<=(?:^|[;{}])[ \t]{0,80})[a-z_]+(?=[\s;{])/],
    ["number", /(?<![\w.:/-])\d+[kmgsdhw]?s?\b(?![.:/-])/],
    ["word", /[A-Za-z_][\w.:/-]*/],
  ],
  words: { number: "on off" },
};

const json = {
  rules: [
    ["comment", blockComment],
    ["name", /"(?:[^"\\\n]|\\.)*"(?=\s{0,20}:)/],
    ["string", doubleQuoted],
    ["number", /-?\b\d+(?:\.\d+)?(?:[eE][+-]?\d+)?\b/],
    ["word", /[A-Za-z_]\w*/],
  ],
  words: { number: "true false null" },
};

const hcl = {
  rules: [
    ["comment", new RegExp(`${hashComment.source}|${blockComment.source}`)],
    ["string", doubleQuoted],
    ["name", /^[ \t]{0,80}[a-z_][\w-]*(?=[ \t]*=(?!=))/],
    ["keyword", /^[ \t]{0,80}[a-z_]+(?=[ \t][^=\n]{0,200}\{[ \t]*\}?[ \t]*$|[ \t]*\{)/],
    ["number", number],
    ["word", /[A-Za-z_][\w-]*/],
  ],
  words: { number: "true false null", keyword: "for in if" },
  callables: true,
};

const diff = { rules: [["keyword", /^@@.*/], ["added", /^\+.*/], ["removed", /^-.*/]] };

/** The names in code fences. */
export const languages = new Map(
  Object.entries({
    "python py python3 pycon": python,
    "javascript js mjs jsx typescript ts tsx": javascript,
    "bash sh shell zsh console shell-session": bash,
    "sql postgresql psql plpgsql": sql,
    "yaml yml": yaml,
    "dockerfile docker": dockerfile,
    toml,
    "ini conf cfg systemd properties dotenv env": ini,
    nginx,
    "json jsonc json5": json,
    "hcl terraform tf": hcl,
    "diff patch": diff,
  }).flatMap(([names, language]) => names.split(" ").map((name) => [name, language])),
);
