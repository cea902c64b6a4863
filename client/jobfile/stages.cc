#include <algorithm>

#include "absl/strings/str_cat.h"
#include "client/jobfile/duration_field.h"
#include "client/jobfile/known_operations.h"
#include "client/jobfile/resources.h"
#include "client/jobfile/scalars.h"
#include "client/jobfile/sections.h"
#include "client/jobfile/struct_value.h"
#include "client/jobfile/sweep.h"

namespace mote::client {
namespace {

bool Contains(const std::vector<std::string>& list, const std::string& value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

// System faults are retried in any case.
void ReadRetriedFaults(Fields& retry, v1::Stage* stage, Problems* problems) {
  const Node::Entry* on = retry.Find("on");
  if (on == nullptr || on->value.IsNull()) return;
  const bool is_list = on->value.kind == Node::Kind::kList;
  for (const Node& fault : is_list ? on->value.items : std::vector<Node>{on->value}) {
    if (fault.IsText() && fault.text == "application") {
      stage->set_retry_application(true);
    } else {
      problems->Add(fault.place, absl::StrCat("'on' in ", retry.what(), " wants [application], not ", fault.Describe(),
                                              "; what is not the task's fault is retried in any case"));
    }
  }
}

void ReadRetry(Fields& fields, v1::Stage* stage, Problems* problems) {
  const Node::Entry* entry = fields.Find("retry");
  if (entry == nullptr || entry->value.IsNull()) return;
  Fields retry(entry->value, absl::StrCat("retry of ", fields.what()), problems);
  if (const auto attempts = retry.Integer("attempts", 1, 1000)) {
    stage->set_attempts_max(static_cast<int32_t>(*attempts));
  }
  ReadRetriedFaults(retry, stage, problems);
  retry.RefuseRest();
}

void ReadTaskPolicy(Fields& fields, v1::Stage* stage, Problems* problems) {
  const std::optional<std::string> policy = fields.Text("on_bad_task");
  if (!policy) return;
  if (*policy == "fail") {
    stage->set_on_bad_task(v1::TASK_POLICY_FAIL);
  } else if (*policy == "quarantine") {
    stage->set_on_bad_task(v1::TASK_POLICY_QUARANTINE);
  } else {
    problems->Add(fields.Find("on_bad_task")->value.place,
                  absl::StrCat("'on_bad_task' in ", fields.what(), " wants fail or quarantine, not '", *policy, "'",
                               Suggestion(*policy, {"fail", "quarantine"})));
  }
}

constexpr int64_t kReplicasMax = 16;

void ReadVerify(Fields& fields, v1::Stage* stage, Problems* problems) {
  const Node::Entry* entry = fields.Find("verify");
  if (entry == nullptr || entry->value.IsNull()) return;
  Fields verify(entry->value, absl::StrCat("verify of ", fields.what()), problems);
  const auto is_share = [](double share) { return share > 0 && share <= 1; };
  if (const auto share = verify.Number("sample", "a share of the tasks above 0 and up to 1, such as 0.01", is_share)) {
    stage->mutable_verify()->set_sample(*share);
  }
  if (const auto replicas = verify.Integer("replicas", 2, kReplicasMax)) {
    stage->mutable_verify()->set_replicas(static_cast<int32_t>(*replicas));
  }
  if ((verify.Find("sample") != nullptr) == (verify.Find("replicas") != nullptr) && entry->value.IsMap()) {
    problems->Add(entry->place, absl::StrCat(verify.what(), " wants one of sample and replicas"));
  }
  verify.RefuseRest();
}

void ReadAfter(Fields& fields, v1::Stage* stage, Problems* problems) {
  const Node::Entry* entry = fields.Find("after");
  if (entry == nullptr || entry->value.IsNull()) return;
  const std::string what = absl::StrCat("'after' in ", fields.what());
  if (!entry->value.IsList()) {
    if (const auto name = TextOf(entry->value, what, problems)) stage->add_after(*name);
    return;
  }
  for (const Node& item : entry->value.items) {
    if (const auto name = TextOf(item, what, problems)) stage->add_after(*name);
  }
}

// No pass has more tasks, and no table more rows.
constexpr int64_t kShapeMax = int64_t{1} << 62;

// rows and count are integers, bytes also a size with its unit.
std::optional<int64_t> ShapeValue(const Node::Entry& entry, std::string_view what, Problems* problems) {
  const bool scalar = entry.value.kind == Node::Kind::kInteger || (entry.key == "bytes" && entry.value.IsText());
  const std::optional<int64_t> value = !scalar                ? std::nullopt
                                       : entry.key == "bytes" ? BytesOf(entry.value.text)
                                                              : IntegerOf(entry.value.text);
  if (value && *value > 0 && *value <= kShapeMax) return value;
  problems->Add(entry.value.place, absl::StrCat("'", entry.key, "' in ", Str(what), " wants ",
                                                entry.key == "bytes" ? "a size above zero, such as 1MiB"
                                                                     : "an integer above zero and up to 2^62",
                                                ", not ", entry.value.Describe()));
  return std::nullopt;
}

void ReadTasks(Fields& fields, v1::Stage* stage, Problems* problems) {
  const Node::Entry* entry = fields.Find("tasks");
  if (entry == nullptr || entry->value.IsNull()) return;
  const Node value = ExpandBareWord(entry->value);
  Fields shape(value, absl::StrCat("tasks of ", fields.what()), problems);
  shape.NotSupportedYet({"weight"});
  int set = 0;
  if (const Node::Entry* calibrated = shape.Find("calibrated")) {
    ++set;
    Fields(calibrated->value, absl::StrCat("calibrated in ", shape.what()), problems).RefuseRest();
    stage->mutable_tasks()->set_calibrated(true);
  }
  for (const char* name : {"rows", "bytes", "count"}) {
    const Node::Entry* given = shape.Find(name);
    if (given == nullptr) continue;
    ++set;
    const std::optional<int64_t> number = ShapeValue(*given, shape.what(), problems);
    if (!number) continue;
    if (given->key == "rows") stage->mutable_tasks()->set_rows(*number);
    if (given->key == "bytes") stage->mutable_tasks()->set_bytes(*number);
    if (given->key == "count") stage->mutable_tasks()->set_count(*number);
  }
  if (set > 1) {
    problems->Add(entry->place,
                  absl::StrCat(shape.what(), " wants one of rows, bytes, count and calibrated, not several"));
  }
  shape.RefuseRest();
}

Node ReadReduce(Fields& fields, v1::Stage* stage, Problems* problems) {
  const Node::Entry* entry = fields.Find("reduce");
  if (entry == nullptr || entry->value.IsNull()) return MakeMap({});
  Node value = ExpandBareWord(entry->value);
  const bool one = value.IsMap() && value.entries.size() == 1;
  if (!one || !value.entries[0].value.IsMap()) {
    problems->Add(entry->value.place,
                  absl::StrCat("'reduce' in ", fields.what(),
                               " wants one reducer with its parameters, as in {sum: {}} or sum, not ",
                               one             ? value.entries[0].value.Describe()
                               : value.IsMap() ? "a map of several or none"
                                               : value.Describe()));
    return MakeMap({});
  }
  stage->mutable_reduce()->set_name(value.entries[0].key);
  Node parameters = std::move(value.entries[0].value);
  *stage->mutable_reduce()->mutable_parameters() = ToStruct(parameters, problems);
  return parameters;
}

// Which of the fields that are left is the operation; the others are unknown.
const Node::Entry* FindOperation(const Node& node, Fields& fields, Problems* problems) {
  const std::vector<const Node::Entry*> rest = fields.Rest();
  const Node::Entry* operation = nullptr;
  for (const Node::Entry* entry : rest) {
    if (!Contains(KnownOperations(), entry->key)) continue;
    if (operation != nullptr) {
      problems->Add(entry->place, absl::StrCat(fields.what(), " has two operations, '", operation->key, "' and '",
                                               entry->key, "'; give each a stage of its own"));
    }
    operation = operation == nullptr ? entry : operation;
    fields.Find(entry->key);
  }
  if (operation != nullptr) return operation;
  const bool misspelt = rest.size() == 1 && !Suggestion(rest[0]->key, fields.known()).empty();
  if (rest.size() == 1 && !misspelt) {
    fields.Find(rest[0]->key);
    return rest[0];
  }
  if (rest.empty()) {
    problems->Add(node.place, absl::StrCat(fields.what(),
                                           " has no operation; add one, as in `noop: {}` "
                                           "(`mote operations` lists them)"));
  }
  return nullptr;
}

// on_bad_row is written beside the operation and belongs to its parameters.
void MoveOnBadRow(Fields& fields, Node* parameters, Problems* problems) {
  const Node::Entry* entry = fields.Find("on_bad_row");
  if (entry == nullptr || entry->value.IsNull()) return;
  if (const Node::Entry* twice = parameters->Find("on_bad_row")) {
    problems->Add(twice->place, absl::StrCat("'on_bad_row' stands in ", fields.what(),
                                             " and in its operation; "
                                             "remove one"));
    return;
  }
  parameters->entries.push_back(*entry);
}

Node ReadOperation(const Node& node, Fields& fields, v1::Stage* stage, Problems* problems) {
  const Node::Entry* operation = FindOperation(node, fields, problems);
  if (operation == nullptr) return MakeMap(node.place);
  stage->mutable_operation()->set_name(operation->key);
  if (!operation->value.IsMap() && !operation->value.IsNull()) {
    problems->Add(operation->value.place,
                  absl::StrCat("operation '", operation->key, "' in ", fields.what(),
                               " wants a map of parameters, not ", operation->value.Describe()));
    return MakeMap(operation->place);
  }
  Node parameters = operation->value.IsMap() ? operation->value : MakeMap(operation->place);
  MoveOnBadRow(fields, &parameters, problems);
  *stage->mutable_operation()->mutable_parameters() = ToStruct(parameters, problems);
  return parameters;
}

void ReadStage(const Node& node, size_t index, JobFile* job, Problems* problems) {
  v1::Stage* stage = job->spec.add_stages();
  const Node::Entry* named = node.Find("name");
  const bool has_name = named != nullptr && named->value.IsText();
  Fields fields(node, has_name ? absl::StrCat("stage '", named->value.text, "'") : absl::StrCat("stage ", index + 1),
                problems);
  if (const auto name = fields.RequiredText("name", "name the stage, so that others can refer to it")) {
    CheckName(*name, node.Find("name")->value.place, "a stage", problems);
    stage->set_name(*name);
    job->places.AddAlias("stages", *name, index);
  }
  if (const auto input = fields.Text("input")) stage->set_input(*input);
  const SweepFields sweep = SweepFields::Find(fields);
  ReadNumerics(fields, stage, problems);
  ReadResources(fields, stage, problems);
  if (const auto timeout = ReadDuration(fields, "timeout", problems)) *stage->mutable_timeout() = *timeout;
  ReadRetry(fields, stage, problems);
  ReadTaskPolicy(fields, stage, problems);
  ReadVerify(fields, stage, problems);
  ReadAfter(fields, stage, problems);
  ReadTasks(fields, stage, problems);
  Node reduce = ReadReduce(fields, stage, problems);
  fields.Find("on_bad_row");
  const bool has_operation = node.IsMap() && !sweep.has_candidates();
  Node parameters = has_operation ? ReadOperation(node, fields, stage, problems) : MakeMap(node.place);
  fields.RefuseRest(KnownOperations());
  const std::string& operation = stage->operation().name();
  const Node::Entry* entry = sweep.any() ? sweep.over : node.Find(operation);
  if (sweep.any()) {
    parameters = SweepParameters(sweep, operation, std::move(parameters), stage->input(), fields, problems);
    stage->mutable_operation()->set_name("sweep");
    *stage->mutable_operation()->mutable_parameters() = ToStruct(parameters, problems);
  }
  if (!operation.empty() && entry != nullptr) {
    job->places.Add({"stages", absl::StrCat(index), operation}, entry->place, parameters);
    job->places.SetOperation(index, operation);
  }
  job->parameters.push_back(std::move(parameters));
  job->reduce_parameters.push_back(std::move(reduce));
}

}  // namespace

void ReadStages(const Node& stages, JobFile* job, Problems* problems) {
  if (!stages.IsList() || stages.items.empty()) {
    problems->Add(stages.place, absl::StrCat("stages wants a list with at least one stage, not ",
                                             stages.IsList() ? "an empty one" : stages.Describe()));
    return;
  }
  for (size_t i = 0; i < stages.items.size(); ++i) {
    job->places.Add({"stages", absl::StrCat(i)}, stages.items[i].place, stages.items[i]);
    ReadStage(stages.items[i], i, job, problems);
  }
}

}  // namespace mote::client
