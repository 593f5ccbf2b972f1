/** Puts the page together: two cards, and grants for them. */

import { MemoryService } from './memory-service.js';
import { Grants } from './grants.js';
import { ValueCard } from './value-card.js';

const ABOUT = {
  public: {
    title: 'A public value',
    hint: 'Anybody can read it. To put it takes a write grant.',
  },
  private: {
    title: 'A private value',
    hint: 'To read it takes a grant, and to put it another.',
  },
};

const byId = (id) => document.getElementById(id);
const cards = new Map();

function card(visibility, name) {
  if (!cards.has(visibility)) {
    const made = new ValueCard(byId('card'), { visibility, name, ...ABOUT[visibility] });
    byId('cards').append(made.element);
    cards.set(visibility, made);
  }
  return cards.get(visibility);
}

function use({ service, name, ...granted }) {
  for (const visibility of ['public', 'private']) {
    const { configuration, write } = granted[visibility];
    card(visibility, name).use(new MemoryService(configuration, service), write);
  }
}

const grants = new Grants(use, {
  state: byId('grants-state'),
  failure: byId('grants-failure'),
  renew: byId('renew'),
  renewing: byId('renewing'),
});
grants.ask();
