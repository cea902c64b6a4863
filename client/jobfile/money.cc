#include "absl/strings/str_cat.h"
#include "client/jobfile/sections.h"
#include "common/price.h"

namespace mote::client {
namespace {

void ReadPrice(const Node::Entry& entry, JobFile* job, Problems* problems) {
  const auto is_price = [](double amount) { return amount >= 0 && amount <= kMoneyMax; };
  const std::string wants = absl::StrCat("a number from 0 to ", kMoneyMax, ", such as 0.0008");
  job->places.Add({"price"}, entry.place, entry.value);
  v1::Price& price = *job->spec.mutable_price();
  Fields fields(entry.value, "price", problems);
  if (const auto amount = fields.Number("device_second", wants, is_price)) price.set_device_second(*amount);
  if (const auto amount = fields.Number("gib_moved", wants, is_price)) price.set_gib_moved(*amount);
  fields.RefuseRest();
  if (entry.value.entries.empty() && (entry.value.IsMap() || entry.value.IsNull())) {
    problems->Add(entry.place, "price names no unit; write {device_second: AMOUNT}, {gib_moved: AMOUNT} or both");
  }
}

}  // namespace

void ReadMoney(Fields& fields, JobFile* job, Problems* problems) {
  const Node::Entry* price = fields.Find("price");
  if (price != nullptr) ReadPrice(*price, job, problems);
  const Node::Entry* budget = fields.Find("budget");
  if (budget == nullptr) return;
  job->places.Add({"budget"}, budget->place, budget->value);
  const auto is_budget = [](double amount) { return amount > 0 && amount <= kMoneyMax; };
  const std::string wants = absl::StrCat("a number above 0 and up to ", kMoneyMax, ", such as 5.00");
  if (const auto amount = fields.Number("budget", wants, is_budget)) job->spec.set_budget(*amount);
  if (price != nullptr) return;
  problems->Add(budget->place, absl::StrCat("'budget' in ", fields.what(),
                                            " has no effect without a price; add price: {device_second: AMOUNT}"));
}

}  // namespace mote::client
