// What nobody asks for: the disk, and deadlines, judged after the mailbox was drained.
#pragma once

#include "coordinator/core/transaction.h"

namespace mote::coordinator {

void Decide(Transaction& tx, const Tick& tick);
// Below the reserve nothing new is leased; it goes on by itself.
void Decide(Transaction& tx, const DiskState& disk);

}  // namespace mote::coordinator
