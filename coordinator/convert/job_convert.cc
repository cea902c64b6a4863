#include "coordinator/convert/job_convert.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/input_format.h"
#include "coordinator/convert/json_convert.h"
#include "coordinator/convert/wire.h"

namespace mote::coordinator {
namespace {

constexpr int kAttemptsMaxDefault = 3;

constexpr std::pair<JobState, v1::JobState> kJobStates[] = {
    {JobState::kPending, v1::JOB_STATE_PENDING},     {JobState::kRunning, v1::JOB_STATE_RUNNING},
    {JobState::kSucceeded, v1::JOB_STATE_SUCCEEDED}, {JobState::kPartlyQuarantined, v1::JOB_STATE_PARTLY_QUARANTINED},
    {JobState::kFailed, v1::JOB_STATE_FAILED},       {JobState::kCancelled, v1::JOB_STATE_CANCELLED},
};

constexpr std::pair<StageState, v1::StageState> kStageStates[] = {
    {StageState::kWaiting, v1::STAGE_STATE_WAITING},     {StageState::kRunning, v1::STAGE_STATE_RUNNING},
    {StageState::kComplete, v1::STAGE_STATE_COMPLETE},   {StageState::kFailed, v1::STAGE_STATE_FAILED},
    {StageState::kCancelled, v1::STAGE_STATE_CANCELLED},
};
constexpr std::pair<OutputKind, v1::OutputKind> kOutputKinds[] = {
    {OutputKind::kTable, v1::OUTPUT_KIND_TABLE},
    {OutputKind::kDocument, v1::OUTPUT_KIND_DOCUMENT},
    {OutputKind::kBlob, v1::OUTPUT_KIND_BLOB},
};

// What was wrong, line by line.
class Mistakes {
 public:
  void Add(const std::string& path, std::string_view what) {
    lines_.push_back(absl::StrCat(path, ": ", std::string(what)));
  }
  void AddUnlessOk(const std::string& path, const absl::Status& status) {
    if (!status.ok()) Add(path, std::string(status.message()));
  }
  absl::Status ToStatus() const {
    return lines_.empty() ? absl::OkStatus() : absl::InvalidArgumentError(absl::StrJoin(lines_, "\n"));
  }

 private:
  std::vector<std::string> lines_;
};

void ReadSites(const v1::Input& proto, const std::string& path, InputSpec* input, Mistakes* mistakes) {
  if (input->shared || !input->artifact.empty()) mistakes->Add(path, "sites beside artifact or shared; set one");
  input->shared = true;
  input->path.clear();
  input->sites.insert(proto.sites().begin(), proto.sites().end());
  if (proto.has_site_wait()) input->site_wait = FromProto(proto.site_wait());
}

InputSpec InputOf(const v1::Input& proto, const std::string& path, Mistakes* mistakes) {
  InputSpec input{proto.name(), "", proto.artifact(), proto.path(), "", !proto.shared().empty()};
  if (input.shared) {
    if (!input.artifact.empty()) mistakes->Add(path, "both artifact and shared; set one");
    input.path = proto.shared();
  }
  if (proto.sites_size() > 0) ReadSites(proto, path, &input, mistakes);
  switch (proto.format_case()) {
    case v1::Input::kCsv:
      input.format = "csv";
      input.delimiter = proto.csv().delimiter();
      break;
    case v1::Input::kJsonl:
      input.format = "jsonl";
      input.columns.assign(proto.jsonl().fields().begin(), proto.jsonl().fields().end());
      break;
    case v1::Input::kText:
      input.format = "text";
      break;
    case v1::Input::kArff:
      input.format = "arff";
      break;
    case v1::Input::kNpy:
      input.format = "npy";
      break;
    case v1::Input::kIdx:
      input.format = "idx";
      break;
    case v1::Input::kSafetensors:
      input.format = "safetensors";
      input.columns.assign(proto.safetensors().tensors().begin(), proto.safetensors().tensors().end());
      break;
    case v1::Input::FORMAT_NOT_SET:
      mistakes->Add(path, absl::StrCat("no format; set ", std::string(kInputFormatsText)));
      break;
  }
  return input;
}

TaskShape ShapeOf(const v1::TaskShape& proto, const std::string& path, Mistakes* mistakes) {
  const int set = (proto.rows() != 0) + (proto.bytes() != 0) + (proto.count() != 0) + (proto.calibrated() ? 1 : 0);
  if (set > 1) mistakes->Add(path, "more than one of rows, bytes, count and calibrated; set one");
  for (const int64_t value : {proto.rows(), proto.bytes(), proto.count()}) {
    if (value < 0) mistakes->Add(path, absl::StrCat(value, " is negative; use a positive number"));
  }
  return {proto.rows(), proto.bytes(), proto.count(), proto.calibrated()};
}

std::string ParametersOf(const google::protobuf::Struct& proto, const std::string& path, Mistakes* mistakes) {
  absl::StatusOr<std::string> text = JsonText(proto);
  mistakes->AddUnlessOk(path, text.status());
  return text.ok() ? *std::move(text) : "{}";
}

TaskPolicy PolicyOf(v1::TaskPolicy proto, const std::string& path, Mistakes* mistakes) {
  if (proto == v1::TASK_POLICY_QUARANTINE) return TaskPolicy::kQuarantine;
  if (proto != v1::TASK_POLICY_FAIL && proto != v1::TASK_POLICY_UNSPECIFIED) {
    mistakes->Add(path, absl::StrCat(static_cast<int>(proto), " is not a policy; use fail or quarantine"));
  }
  return TaskPolicy::kFail;
}

constexpr int kReplicasMax = 16;

VerifySpec VerifyOf(const v1::Verify& proto, const std::string& path, Mistakes* mistakes) {
  if (proto.sample() != 0 && proto.replicas() != 0) mistakes->Add(path, "both sample and replicas; set one");
  if (!(proto.sample() >= 0 && proto.sample() <= 1)) {
    mistakes->Add(path + ".sample", absl::StrCat(proto.sample(), " is no share; use a number above 0 and up to 1"));
  }
  if (proto.replicas() != 0 && (proto.replicas() < 2 || proto.replicas() > kReplicasMax)) {
    mistakes->Add(path + ".replicas", absl::StrCat(proto.replicas(), " runs of a block; use 2 to ", kReplicasMax));
  }
  return {proto.sample(), proto.replicas()};
}

Price PriceOf(const v1::Price& proto, Mistakes* mistakes) {
  if (!proto.has_device_second() && !proto.has_gib_moved()) {
    mistakes->Add("price", "names no unit; set device_second, gib_moved or both");
  }
  return {proto.device_second(), proto.gib_moved()};
}

Resources ResourcesOf(const v1::Resources& proto, const std::string& path, Mistakes* mistakes) {
  if (proto.memory_bytes() < 0) {
    mistakes->Add(path + ".memory", absl::StrCat(proto.memory_bytes(), " is negative; use a size such as 8GiB"));
  }
  return {proto.device(), proto.memory_bytes(), {proto.labels().begin(), proto.labels().end()}};
}

StageSpec StageOf(const v1::Stage& proto, const std::string& path, Mistakes* mistakes) {
  StageSpec stage;
  stage.name = proto.name();
  stage.input = proto.input();
  stage.operation = proto.operation().name();
  stage.parameters = ParametersOf(proto.operation().parameters(), path + "." + stage.operation, mistakes);
  stage.reduce.name = proto.reduce().name();
  stage.reduce.parameters = ParametersOf(proto.reduce().parameters(), path + ".reduce." + stage.reduce.name, mistakes);
  stage.tasks = ShapeOf(proto.tasks(), path + ".tasks", mistakes);
  stage.timeout = FromProto(proto.timeout());
  if (stage.timeout < absl::ZeroDuration()) mistakes->Add(path + ".timeout", "negative; use a positive duration");
  stage.verify = VerifyOf(proto.verify(), path + ".verify", mistakes);
  stage.attempts_max = proto.attempts_max() == 0 ? kAttemptsMaxDefault : proto.attempts_max();
  if (stage.attempts_max < 0) mistakes->Add(path + ".retry.attempts", "negative; use at least 1");
  stage.retry_application = proto.retry_application();
  stage.on_bad_task = PolicyOf(proto.on_bad_task(), path + ".on_bad_task", mistakes);
  stage.after.assign(proto.after().begin(), proto.after().end());
  stage.resources = ResourcesOf(proto.resources(), path + ".resources", mistakes);
  stage.mixed_numerics = proto.mixed_numerics();
  return stage;
}

v1::Input ProtoOf(const InputSpec& input) {
  v1::Input proto;
  proto.set_name(input.name);
  proto.set_artifact(input.artifact);
  if (!input.sites.empty()) {
    proto.mutable_sites()->insert(input.sites.begin(), input.sites.end());
    if (input.site_wait != absl::ZeroDuration()) *proto.mutable_site_wait() = ToProto(input.site_wait);
  } else if (input.shared) {
    proto.set_shared(input.path);
  } else {
    proto.set_path(input.path);
  }
  if (input.format == "csv") proto.mutable_csv()->set_delimiter(input.delimiter);
  if (input.format == "jsonl") {
    proto.mutable_jsonl()->mutable_fields()->Assign(input.columns.begin(), input.columns.end());
  }
  if (input.format == "text") proto.mutable_text();
  if (input.format == "arff") proto.mutable_arff();
  if (input.format == "npy") proto.mutable_npy();
  if (input.format == "idx") proto.mutable_idx();
  if (input.format == "safetensors") {
    proto.mutable_safetensors()->mutable_tensors()->Assign(input.columns.begin(), input.columns.end());
  }
  return proto;
}

v1::Stage ProtoOf(const StageSpec& stage) {
  v1::Stage proto;
  proto.set_name(stage.name);
  proto.set_input(stage.input);
  proto.mutable_operation()->set_name(stage.operation);
  proto.mutable_reduce()->set_name(stage.reduce.name);
  proto.mutable_tasks()->set_rows(stage.tasks.rows);
  proto.mutable_tasks()->set_bytes(stage.tasks.bytes);
  proto.mutable_tasks()->set_count(stage.tasks.count);
  proto.mutable_tasks()->set_calibrated(stage.tasks.calibrated);
  *proto.mutable_timeout() = ToProto(stage.timeout);
  proto.set_attempts_max(stage.attempts_max);
  proto.set_retry_application(stage.retry_application);
  proto.set_on_bad_task(stage.on_bad_task == TaskPolicy::kQuarantine ? v1::TASK_POLICY_QUARANTINE
                                                                     : v1::TASK_POLICY_FAIL);
  for (const std::string& name : stage.after) proto.add_after(name);
  if (stage.resources.any()) {
    v1::Resources& resources = *proto.mutable_resources();
    resources.set_device(stage.resources.device);
    resources.set_memory_bytes(stage.resources.memory_bytes);
    resources.mutable_labels()->insert(stage.resources.labels.begin(), stage.resources.labels.end());
  }
  proto.set_mixed_numerics(stage.mixed_numerics);
  if (stage.verify.runs() > 1) {
    proto.mutable_verify()->set_sample(stage.verify.sample);
    proto.mutable_verify()->set_replicas(stage.verify.replicas);
  }
  return proto;
}

v1::OutputSpec ProtoOf(const OutputSpec& output) {
  v1::OutputSpec proto;
  proto.set_name(output.name);
  proto.set_from(output.from);
  proto.set_to(output.to);
  proto.set_format(output.format);
  return proto;
}

}  // namespace

absl::StatusOr<JobSpec> FromProto(const v1::JobSpec& proto) {
  Mistakes mistakes;
  JobSpec spec;
  spec.name = proto.name();
  if (!proto.tenant().empty()) spec.tenant = proto.tenant();
  spec.priority = proto.priority();
  spec.no_reuse = proto.no_reuse();
  spec.deadline = FromProto(proto.deadline());
  if (spec.deadline < absl::ZeroDuration()) mistakes.Add("deadline", "negative; use a positive duration");
  if (proto.has_price()) spec.price = PriceOf(proto.price(), &mistakes);
  if (proto.has_budget()) spec.budget = proto.budget();
  for (int i = 0; i < proto.inputs_size(); ++i) {
    spec.inputs.push_back(InputOf(proto.inputs(i), absl::StrCat("inputs[", i, "]"), &mistakes));
  }
  for (int i = 0; i < proto.stages_size(); ++i) {
    spec.stages.push_back(StageOf(proto.stages(i), absl::StrCat("stages[", i, "]"), &mistakes));
  }
  for (const v1::OutputSpec& output : proto.outputs()) {
    spec.outputs.push_back({output.name(), output.from(), output.to(), output.format()});
  }
  if (absl::Status status = mistakes.ToStatus(); !status.ok()) return status;
  return spec;
}

v1::JobSpec ToProtoWithoutParameters(const JobSpec& spec) {
  v1::JobSpec proto;
  proto.set_name(spec.name);
  proto.set_tenant(spec.tenant);
  proto.set_priority(spec.priority);
  for (const InputSpec& input : spec.inputs) *proto.add_inputs() = ProtoOf(input);
  for (const StageSpec& stage : spec.stages) *proto.add_stages() = ProtoOf(stage);
  for (const OutputSpec& output : spec.outputs) *proto.add_outputs() = ProtoOf(output);
  proto.set_no_reuse(spec.no_reuse);
  if (spec.deadline > absl::ZeroDuration()) *proto.mutable_deadline() = ToProto(spec.deadline);
  if (spec.price) *proto.mutable_price() = ToProto(*spec.price);
  if (spec.budget) proto.set_budget(*spec.budget);
  return proto;
}

v1::Price ToProto(const Price& price) {
  v1::Price proto;
  proto.set_device_second(price.device_second);
  proto.set_gib_moved(price.gib_moved);
  return proto;
}

v1::JobState ToProto(JobState state) {
  for (const auto& [core, wire] : kJobStates) {
    if (core == state) return wire;
  }
  return v1::JOB_STATE_UNSPECIFIED;
}

absl::StatusOr<JobState> FromProto(v1::JobState state) {
  for (const auto& [core, wire] : kJobStates) {
    if (wire == state) return core;
  }
  return absl::InvalidArgumentError(absl::StrCat("job state ", static_cast<int>(state), " is unknown"));
}

v1::StageState ToProto(StageState state) {
  for (const auto& [core, wire] : kStageStates) {
    if (core == state) return wire;
  }
  return v1::STAGE_STATE_UNSPECIFIED;
}

absl::StatusOr<StageState> FromProto(v1::StageState state) {
  for (const auto& [core, wire] : kStageStates) {
    if (wire == state) return core;
  }
  return absl::InvalidArgumentError(absl::StrCat("stage state ", static_cast<int>(state), " is unknown"));
}

v1::OutputKind ToProto(OutputKind kind) {
  for (const auto& [core, wire] : kOutputKinds) {
    if (core == kind) return wire;
  }
  return v1::OUTPUT_KIND_UNSPECIFIED;
}

absl::StatusOr<OutputKind> FromProto(v1::OutputKind kind) {
  for (const auto& [core, wire] : kOutputKinds) {
    if (wire == kind) return core;
  }
  return absl::InvalidArgumentError(absl::StrCat("output kind ", static_cast<int>(kind), " is unknown"));
}

}  // namespace mote::coordinator
