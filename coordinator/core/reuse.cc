#include "coordinator/core/reuse.h"

#include <algorithm>
#include <cstdint>

#include "common/bytes.h"
#include "common/check.h"

namespace mote::coordinator {
namespace {

std::string TextOf(const Value& value) { return value.artifact ? value.artifact->ToString() : value.bytes; }

void PutOutput(const Output& output, ByteWriter& writer) {
  writer.Put(static_cast<uint8_t>(output.kind));
  writer.Put(static_cast<uint8_t>(output.content.artifact.has_value()));
  writer.PutString(TextOf(output.content));
  writer.Put(output.rows);
  writer.Put(output.bytes);
  writer.PutString(output.schema);
  for (const SiteRows& site : output.sites) {
    writer.PutString(site.worker);
    writer.PutString(TextOf(site.content));
    writer.Put(site.rows);
  }
}

// What depends on who ran it is nobody else's result.
bool MayBeReused(const Job& job, int stage) {
  const AdmittedStage& admitted = job.admitted.stages[stage];
  return admitted.planner->description().is_reusable && !admitted.spec.mixed_numerics;
}

}  // namespace

std::map<std::string, Output> InputsOf(const Job& job, int stage) {
  std::map<std::string, Output> inputs;
  for (const auto& [parameter, ref] : job.admitted.stages[stage].inputs) {
    inputs[parameter] = job.stages[ref.stage].outputs.at(ref.output);
  }
  return inputs;
}

Digest DigestOfStage(const Job& job, int stage) {
  const StageSpec& spec = job.admitted.stages[stage].spec;
  std::string bytes;
  ByteWriter writer(&bytes);
  for (const std::string& text :
       {job.admitted.spec.tenant, spec.operation, spec.parameters, spec.reduce.name, spec.reduce.parameters}) {
    writer.PutString(text);
  }
  for (const int64_t number : {spec.tasks.rows, spec.tasks.bytes, spec.tasks.count}) writer.Put(number);
  if (spec.tasks.calibrated) writer.Put(int64_t{1});
  // Who wants a stage verified wants its blocks run so often.
  writer.Put(spec.verify.sample);
  writer.Put(static_cast<int64_t>(spec.verify.replicas));
  for (const auto& [parameter, input] : InputsOf(job, stage)) {
    writer.PutString(parameter);
    PutOutput(input, writer);
  }
  return Sha256(bytes);
}

std::optional<StageRef> FindReusable(const State& state, const Job& job, int stage) {
  if (job.admitted.spec.no_reuse || !MayBeReused(job, stage)) return std::nullopt;
  const std::optional<StageRef> found = state.reuse.Find(DigestOfStage(job, stage));
  if (!found) return std::nullopt;
  const Job* source = state.FindJob(found->job);
  MOTE_CHECK(source != nullptr && source->stages[found->stage].state == StageState::kComplete,
             "the index knows complete stages of kept jobs alone");
  // An operation may yield more than it did when that stage ran.
  const std::map<std::string, Output>& outputs = source->stages[found->stage].outputs;
  const std::vector<std::string>& wanted = job.admitted.stages[stage].outputs;
  const bool has_all =
      std::all_of(wanted.begin(), wanted.end(), [&](const std::string& name) { return outputs.contains(name); });
  return has_all ? found : std::nullopt;
}

void IndexStage(State& state, Job& job, int stage) {
  StageRun& run = job.stages[stage];
  if (!MayBeReused(job, stage) || run.absent_count > 0) return;
  run.computed = DigestOfStage(job, stage);
  state.reuse.Put(*run.computed, {job.id, stage});
}

}  // namespace mote::coordinator
