// What clients want done: submit, validate, cancel.
#pragma once

#include "coordinator/core/transaction.h"

namespace mote::coordinator {

void Decide(Transaction& tx, const SubmitJob& command);
void Decide(Transaction& tx, const ValidateJob& command);
void Decide(Transaction& tx, const CancelJob& command);

}  // namespace mote::coordinator
