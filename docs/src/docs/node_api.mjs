/**
 * Prints the API reference of the Node SDK, made from the declarations that its users see:
 * `node docs/src/docs/node_api.mjs nodejs-sdk/index.d.ts`.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';

const [source] = process.argv.slice(2);
/** The compiler that checks the SDK. @type {typeof import('typescript')} */
const ts = createRequire(resolve(source))('typescript');
const file = ts.createSourceFile(source, readFileSync(source, 'utf8'), ts.ScriptTarget.Latest, true);

/** @param {string | import('typescript').NodeArray<import('typescript').JSDocComment> | undefined} comment */
function flat(comment) {
  const text = ts.getTextOfJSDocComment(comment) ?? '';
  return text.replaceAll(/\{@link (\w+)\}/g, '`$1`').trim();
}

/** @param {import('typescript').Node} node */
function* documentation(node) {
  const tags = ts.getJSDocTags(node);
  const comments = ts.getJSDocCommentsAndTags(node).filter(ts.isJSDoc);
  if (comments.length === 0) throw new Error(`${node.getText().slice(0, 60)} … has no comment`);
  for (const comment of comments) yield flat(comment.comment);
  const parameters = tags.filter(ts.isJSDocParameterTag);
  if (parameters.length > 0) yield list('Arguments', parameters.map((tag) => [tag.name.getText(), flat(tag.comment)]));
  const returned = tags.find(ts.isJSDocReturnTag);
  if (returned) yield `**Returns**\n\n- ${flat(returned.comment)}`;
  const errors = tags.filter(ts.isJSDocThrowsTag);
  if (errors.length > 0) {
    const name = (tag) => tag.typeExpression?.type.getText().replaceAll('MemoryService.', '') ?? 'Error';
    yield list('Errors', errors.map((tag) => [name(tag), flat(tag.comment)]));
  }
}

/**
 * @param {string} title
 * @param {[string, string][]} items
 */
function list(title, items) {
  const lines = items.map(([name, text]) => (text ? `- \`${name}\`: ${text.replaceAll(/\s*\n\s*/g, ' ')}` : `- \`${name}\``));
  return `**${title}**\n\n${lines.join('\n')}`;
}

/** @param {import('typescript').Node} node */
function code(node) {
  const text = node.getText().replaceAll('MemoryService.', '').replaceAll(/^\s*\/\*\*[\s\S]*?\*\/\n?/gm, '');
  return `\`\`\`ts\n${text}\n\`\`\``;
}

/** @param {import('typescript').ClassDeclaration} node */
function* classOf(node) {
  yield* documentation(node);
  for (const member of node.members) {
    if (ts.isConstructorDeclaration(member)) yield* ['### constructor', code(member), ...documentation(member)];
    if (ts.isMethodDeclaration(member)) yield* [`### ${member.name.getText()}`, code(member), ...documentation(member)];
    if (ts.isPropertyDeclaration(member)) yield* [code(member), ...documentation(member)];
  }
}

/** @param {import('typescript').InterfaceDeclaration} node */
function* interfaceOf(node) {
  yield code(node).replaceAll('export ', '');
  yield* documentation(node);
  const items = node.members.filter((member) => ts.getJSDocCommentsAndTags(member).length > 0);
  yield items.map((member) => `- \`${member.name?.getText()}\`: ${[...documentation(member)].join(' ').replaceAll(/\s*\n\s*/g, ' ')}`).join('\n');
}

function* page() {
  yield '# Node API';
  yield 'Made from the declarations of `sdk-memory-service`, which your editor reads as well.';
  for (const node of file.statements) {
    if (ts.isClassDeclaration(node)) yield* ['## MemoryService', ...classOf(node)];
    if (!ts.isModuleDeclaration(node) || !node.body || !ts.isModuleBlock(node.body)) continue;
    const members = node.body.statements;
    yield '## Types';
    for (const one of members) {
      if (ts.isInterfaceDeclaration(one)) yield* [`### ${one.name.text}`, ...interfaceOf(one)];
      if (ts.isTypeAliasDeclaration(one)) yield* [`### ${one.name.text}`, code(one).replaceAll('export ', ''), ...documentation(one)];
      if (ts.isClassDeclaration(one) && !one.name?.text.endsWith('Error')) yield* [`### ${one.name?.text}`, ...classOf(one)];
    }
    yield '## Errors';
    for (const one of members) {
      if (ts.isClassDeclaration(one) && one.name?.text.endsWith('Error')) yield* [`### ${one.name.text}`, ...classOf(one)];
    }
  }
}

process.stdout.write(`${[...page()].filter(Boolean).join('\n\n')}\n`);
