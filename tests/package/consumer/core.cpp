// SPDX-License-Identifier: MIT

#include <annals/annals.hpp>

#include <string>
#include <variant>

struct Deposited {
    int amount{};
};

class Account final : public annals::Aggregate<std::string, std::variant<Deposited>> {
public:
    using Aggregate::Aggregate;

    void deposit(int amount) { raise_event(Deposited{amount}); }
    [[nodiscard]] int balance() const { return balance_; }

private:
    void apply_event(Deposited const& event) override { balance_ += event.amount; }

    int balance_{};
};

int main() {
    annals::InMemoryEventStore<std::variant<Deposited>> store;
    auto accounts = annals::repository_for<Account>(store);
    accounts.transact("a", [](Account& account) { account.deposit(3); });
    accounts.transact("a", [](Account& account) { account.deposit(4); });
    return accounts.get_by_id("a")->balance() == 7 ? 0 : 1;
}
