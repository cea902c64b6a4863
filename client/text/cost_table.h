// What a job cost, as a table: t' = t + α·(C + S), added up over each stage.
#pragma once

#include <optional>
#include <string>

#include "client/text/proto_json.h"
#include "mote/v1/job.pb.h"

namespace mote::client {

// One line a stage and a total, and a line that explains the columns; where the job has a
// price, a column and a line with its bill.
std::string CostText(const v1::Job& job);

// The same for scripts: {job_id, stages: [{stage, tasks, …, error}], total, bill}. Seconds
// and bytes; `error` is a fraction, null without a measurement. Without a price there is
// no `bill`, of stages neither.
OrderedJson CostJson(const v1::Job& job);

// The same as comma-separated values: a line of names, one line a stage, one for the
// total. What was not measured is empty.
std::string CostCsv(const v1::Job& job);

// Sums over the stages; α and the quantiles are of single stages and stay unset.
v1::CostSummary TotalCost(const v1::Job& job);

// Fetch, transfers and send.
double CommunicationSeconds(const v1::CostSummary& cost);

// (T' − measured) / measured; nullopt when nothing was measured. As text "-10.0%" or "-".
std::optional<double> PredictionError(double predicted_seconds, double measured_seconds);
std::string ErrorText(const std::optional<double>& error);

}  // namespace mote::client
