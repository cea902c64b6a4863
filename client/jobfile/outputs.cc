#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "client/jobfile/sections.h"

namespace mote::client {
namespace {

void ReadTo(Fields& fields, v1::OutputSpec* output, Problems* problems) {
  const Node::Entry* entry = fields.Find("to");
  if (entry == nullptr || entry->value.IsNull()) return;
  const Node& to = entry->value;
  if (to.Find("shared") != nullptr || to.Find("s3") != nullptr || absl::StartsWith(to.text, "shared:") ||
      absl::StartsWith(to.text, "s3:")) {
    problems->Add(to.place,
                  absl::StrCat("'to' of ", fields.what(), ": shared: and s3: are not supported yet; name a directory"));
    return;
  }
  if (const auto text = fields.Text("to")) output->set_to(*text);
}

void ReadOutput(const Node::Entry& entry, v1::OutputSpec* output, Problems* problems) {
  CheckName(entry.key, entry.place, "an output", problems);
  output->set_name(entry.key);
  Fields fields(entry.value, absl::StrCat("output '", entry.key, "'"), problems);
  if (const auto from = fields.RequiredText("from", "write {from: STAGE.OUTPUT}")) output->set_from(*from);
  ReadTo(fields, output, problems);
  if (const auto format = fields.Text("format")) {
    if (*format != "csv" && *format != "jsonl") {
      problems->Add(fields.Find("format")->value.place,
                    absl::StrCat("unknown format '", *format, "' of output '", entry.key, "'",
                                 Suggestion(*format, {"csv", "jsonl"}), "; tables are written as csv or jsonl"));
    }
    output->set_format(*format);
  }
  fields.RefuseRest();
}

}  // namespace

void ReadOutputs(const Node& outputs, JobFile* job, Problems* problems) {
  if (outputs.IsNull()) return;
  if (!outputs.IsMap()) {
    problems->Add(outputs.place,
                  absl::StrCat("outputs wants a map of names to {from: STAGE.OUTPUT}, not ", outputs.Describe()));
    return;
  }
  for (const Node::Entry& entry : outputs.entries) {
    const size_t index = job->spec.outputs_size();
    job->places.Add({"outputs", absl::StrCat(index)}, entry.place, entry.value);
    job->places.AddAlias("outputs", entry.key, index);
    ReadOutput(entry, job->spec.add_outputs(), problems);
  }
}

}  // namespace mote::client
