// What a job has cost in money, as people read it.
#pragma once

#include <optional>
#include <string>

#include "mote/v1/job.pb.h"

namespace mote::client {

// "1.30 of 5.00, about 3.40 in all", or with an earlier try "6.30, since the last retry
// 1.30 of 5.00"; empty: the job has no price.
std::string BillText(const v1::Job& job);

// "0.0008 a device second, 0.02 a GiB moved"
std::string PriceText(const v1::Price& price);

// The total at the end, if the tasks that are left cost what those before them did.
// nullopt: the job has no price or has ended, or one of its stages has no ETA yet.
std::optional<double> PredictedBill(const v1::Job& job);

}  // namespace mote::client
