#pragma once

#include "coordinator/core/ledger_entry.h"
#include "mote/v1/ledger.pb.h"

namespace mote::coordinator {

v1::LedgerEntry ToProto(LedgerEntry entry);

}  // namespace mote::coordinator
