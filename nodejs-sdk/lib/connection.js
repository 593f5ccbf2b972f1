'use strict';

/** A connection that is kept, and what is known of it. */
class Connection {
  /** When a byte came last, in milliseconds of `performance.now()`. */
  heardAt = 0;
  /** When it became idle, in Unix milliseconds; undefined while it is used. @type {number | undefined} */
  idleSince;

  /** @param {import('node:net').Socket} socket */
  constructor(socket) {
    this.socket = socket;
    socket.setNoDelay(true);
    socket.on('error', () => {}); // its end is heard by who uses it; unheard, the event would end the process
    socket.on('data', () => {
      if (this.idleSince !== undefined) socket.destroy(); // nobody has asked: the next request would take it for its answer
      this.heardAt = performance.now();
    });
  }

  /** It waits for the next request, and lets the process end meanwhile. */
  rest() {
    this.idleSince = Date.now();
    this.socket.unref();
  }

  use() {
    this.idleSince = undefined;
    this.socket.ref();
  }

  get isUsable() {
    return !this.socket.destroyed && this.socket.writable;
  }

  close() {
    this.socket.destroy();
  }

  /** Close it so that nothing more is sent, of what the kernel has taken either (CHG-13). */
  reset() {
    const carrier = 'encrypted' in this.socket ? require('./trust.js').carrierOf(this.socket) : this.socket;
    if (!carrier.destroyed) carrier.resetAndDestroy();
    this.socket.destroy();
  }
}

module.exports = { Connection };
