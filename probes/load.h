/* load - more and more handshakes at once.
 *
 * Owns: how many, and how few. Must not know: anything else; FACT_LOAD is written by probes/load.c.
 */
#ifndef TLSWHY_PROBES_LOAD_H
#define TLSWHY_PROBES_LOAD_H

#define LOAD_GENTLE 64  /* at once, where nobody says how many */
#define LOAD_MAX 1024   /* at once, whoever asks */
#define LOAD_MADE_MAX 100000 /* of one long step */
#define TRIES_MAX 1000  /* handshakes of --tries, where they are no load */

#endif
