/** A graph with a place for everything, in pixels from the upper left; what is drawn as SVG. */
import type { Graph, LanNode, NetworkNode, ServiceNode, Way } from '../../../plan/graph/graph.ts';
import type { Line } from './text-box.ts';

export interface Picture {
  readonly graph: Graph;
  readonly width: number;
  readonly height: number;
  readonly rails: readonly Rail[];
  readonly frames: readonly Frame[];
  readonly cards: readonly Card[];
  readonly buses: readonly Bus[];
  /** Where what is below the services begins. */
  readonly bottom: number;
}

interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Box extends Point {
  readonly width: number;
  readonly height: number;
}

/** Lines of text; each baseline is a line's height below the one before. */
export interface TextBlock extends Point {
  readonly lines: readonly Line[];
}

/** A LAN, or this host: a vertical line that services are stations of. */
export interface Rail {
  readonly node: LanNode | Graph['host'];
  readonly kind: 'lan' | 'host';
  readonly x: number;
  readonly from: number;
  readonly to: number;
  readonly label: TextBlock;
  /** The name again, upwards, where the next network begins: the beginning may be pages away. */
  readonly reminders: readonly Point[];
}

/** A network, or another place for services. */
export interface Frame extends Box {
  readonly network: NetworkNode;
  readonly label: TextBlock;
}

export interface Card extends Box {
  readonly service: ServiceNode;
  readonly label: TextBlock;
  readonly edges: readonly Edge[];
}

/** From one rail or several to a card: what is the same for all of them. */
export interface Edge {
  /** Into the service. */
  readonly answer: Way['answer'];
  /** By index, with the way out of the service. */
  readonly stations: readonly { readonly rail: number; readonly out: Way['answer'] }[];
  readonly y: number;
  readonly from: number;
  readonly to: number;
  readonly label: TextBlock;
}

/** On the right of the cards: all that lead to one service, or the services that are on one more network. */
export interface Bus {
  readonly kind: 'needs' | 'network';
  readonly track: number;
  readonly x: number;
  readonly from: number;
  readonly to: number;
  readonly stops: readonly Stop[];
}

export interface Stop extends Point {
  /** Absent at a network's own frame. */
  readonly service?: ServiceNode;
  /** At the end to which a bus of what is needed leads; the others are those that need it. */
  readonly isTarget: boolean;
  readonly answer: Way['answer'];
}
