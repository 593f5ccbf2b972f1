'use strict';
// Loaded into a Node process before anything else: its clock is ahead of the machine's by as many seconds as the file
// says that TIME_SHIFT_FILE names, so that the hours of a rotation pass in functions, too. AWS's SDK alone keeps the
// machine's time, by which the engine checks signatures.
const { readFileSync } = require('node:fs');

const machineTime = Date.now;
Date.now = () => {
  const [, , caller] = new Error().stack.split('\n');
  if (/\/node_modules\/@(aws-sdk|smithy)\//.test(caller)) return machineTime();
  return machineTime() + 1000 * Number(readFileSync(process.env.TIME_SHIFT_FILE, 'utf8'));
};
