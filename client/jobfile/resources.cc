#include "client/jobfile/resources.h"

#include "absl/strings/str_cat.h"
#include "client/jobfile/scalars.h"

namespace mote::client {
namespace {

void ReadMemory(Fields& resources, v1::Resources* proto, Problems* problems) {
  const Node::Entry* entry = resources.Find("memory");
  if (entry == nullptr) return;
  const std::optional<int64_t> bytes = BytesOf(entry->value.text);
  if (bytes && *bytes > 0) return proto->set_memory_bytes(*bytes);
  problems->Add(entry->value.place, absl::StrCat("memory of ", resources.what(), " wants a size such as 8GiB, not ",
                                                 entry->value.Describe()));
}

void ReadLabels(Fields& resources, v1::Resources* proto, Problems* problems) {
  const Node::Entry* entry = resources.Find("labels");
  if (entry == nullptr) return;
  if (!entry->value.IsMap() || entry->value.entries.empty()) {
    problems->Add(entry->value.place, absl::StrCat("labels of ", resources.what(),
                                                   " wants a map such as {site: berlin}, as workers have them by "
                                                   "--label site=berlin"));
    return;
  }
  for (const Node::Entry& label : entry->value.entries) {
    const Node& value = label.value;
    if (value.IsMap() || value.IsList() || value.IsNull()) {
      problems->Add(value.place, absl::StrCat("label '", label.key, "' of ", resources.what(), " wants a value, not ",
                                              value.Describe()));
      continue;
    }
    (*proto->mutable_labels())[label.key] = value.text;
  }
}

}  // namespace

void ReadResources(Fields& fields, v1::Stage* stage, Problems* problems) {
  const Node::Entry* entry = fields.Find("resources");
  if (entry == nullptr || entry->value.IsNull()) return;
  Fields resources(entry->value, absl::StrCat("resources of ", fields.what()), problems);
  if (const auto device = resources.Text("device")) stage->mutable_resources()->set_device(*device);
  ReadMemory(resources, stage->mutable_resources(), problems);
  ReadLabels(resources, stage->mutable_resources(), problems);
  resources.RefuseRest();
}

void ReadNumerics(Fields& fields, v1::Stage* stage, Problems* problems) {
  const auto numerics = fields.Text("numerics");
  if (!numerics) return;
  if (*numerics == "mixed") return stage->set_mixed_numerics(true);
  problems->Add(
      fields.Find("numerics")->value.place,
      absl::StrCat("numerics '", *numerics, "' of ", fields.what(),
                   " wants mixed: slots of any numeric class, so that the bits depend on which ones run what; "
                   "leave it out for the same bits every time"));
}

}  // namespace mote::client
