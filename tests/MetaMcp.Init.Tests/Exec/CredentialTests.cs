using MetaMcp.Init.Core.Exec;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.EndToEnd.Harness;

namespace MetaMcp.Init.Tests.Exec;

public sealed class CredentialTests
{
    private const string AllCapabilities = "000001ff";
    private static readonly string[] Status = ["cat", "/proc/self/status"];

    [Fact]
    public void A_number_needs_no_account_and_never_leaves_roots_group()
    {
        Stage.NeedRoot();
        var run = Stage.Run(["--user", "4321", "--", .. Status]);
        Assert.Equal("4321\t4321\t4321\t4321", run.Status("Uid"));
        Assert.Equal("4321\t4321\t4321\t4321", run.Status("Gid"));
        Assert.Equal("4321", run.Status("Groups"));
        Assert.All((string[])["CapEff", "CapPrm", "CapInh", "CapAmb"], set => Assert.Equal(new string('0', 16), run.Status(set)));
    }

    [Fact]
    public void A_name_brings_the_groups_that_list_it()
    {
        using var accounts = new Accounts();
        var run = accounts.Run(["--user", "worker", "--", .. Status]);
        Assert.Equal("4001\t4001\t4001\t4001", run.Status("Uid"));
        Assert.Equal("4100\t4100\t4100\t4100", run.Status("Gid"));
        Assert.Equal("4100 4200 4300", run.Status("Groups"));
    }

    [Fact]
    public void A_group_and_supplementary_groups_replace_the_accounts_own()
    {
        using var accounts = new Accounts();
        var run = accounts.Run(["--user", "4001:second", "--groups", "third,77", "--", .. Status]);
        Assert.Equal("4001\t4001\t4001\t4001", run.Status("Uid"));
        Assert.Equal("4200\t4200\t4200\t4200", run.Status("Gid"));
        Assert.Equal("77 4300", run.Status("Groups"));
    }

    [Fact]
    public void No_groups_are_no_groups()
    {
        Stage.NeedRoot();
        Assert.Equal("", Stage.Run(["--user", "4321", "--groups", "", "--", .. Status]).Status("Groups"));
    }

    [Fact]
    public void Groups_alone_leave_the_user_alone()
    {
        Stage.NeedRoot();
        var run = Stage.Run(["--group", "50", "--groups", "51,52", "--", .. Status]);
        Assert.Equal("0\t0\t0\t0", run.Status("Uid"));
        Assert.Equal("50\t50\t50\t50", run.Status("Gid"));
        Assert.Equal("51 52", run.Status("Groups"));
    }

    [Fact]
    public void A_process_that_already_is_the_user_may_become_it_without_privileges()
    {
        Stage.NeedRoot();
        var run = Stage.Run(
            ["--user", "4321", "--", Files.Binary, "exec", "--user", "4321", "--no-new-privileges", "--cap-keep", "", "--", .. Status]);
        Assert.Equal("4321", run.Status("Groups"));
        Assert.Equal("1", run.Status("NoNewPrivs"));
        // Without CAP_SETPCAP the bounding set cannot be narrowed, and with no_new_privs it need not be.
        Assert.StartsWith(AllCapabilities, run.Status("CapBnd"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_user_keeps_the_capabilities_that_are_kept_across_exec_and_no_others()
    {
        Stage.NeedRoot();
        var run = Stage.Run(["--user", "4321", "--cap-keep", "net_bind_service,CAP_CHOWN", "--", .. Status]);
        Assert.All(
            (string[])["CapEff", "CapPrm", "CapInh", "CapAmb", "CapBnd"],
            set => Assert.Equal("0000000000000401", run.Status(set)));
        Assert.Equal("0", run.Status("NoNewPrivs"));
    }

    [Fact]
    public void Root_keeps_the_capabilities_that_are_kept_and_no_others()
    {
        Stage.NeedRoot();
        var run = Stage.Run(["--cap-keep", "net_bind_service", "--", .. Status]);
        Assert.All(
            (string[])["CapEff", "CapPrm", "CapInh", "CapAmb", "CapBnd"],
            set => Assert.Equal("0000000000000400", run.Status(set)));
    }

    [Fact]
    public void Root_without_capabilities_gets_none_back_by_exec()
    {
        Stage.NeedRoot();
        var run = Stage.Run(["--cap-keep", "", "--", "sh", "-c", "cat /proc/self/status"]);
        Assert.All(
            (string[])["CapEff", "CapPrm", "CapInh", "CapAmb", "CapBnd"], set => Assert.Equal(new string('0', 16), run.Status(set)));
    }

    [Fact]
    public void Nothing_changes_that_was_not_asked_for()
    {
        var before = File.ReadAllLines("/proc/self/status");
        var run = Stage.Run(["--", .. Status]);
        Assert.All(
            (string[])["Uid", "Gid", "Groups", "NoNewPrivs", "CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb", "Umask"],
            field => Assert.Equal(
                before.Single(l => l.StartsWith(field + ":", StringComparison.Ordinal))[(field.Length + 1)..].Trim(),
                run.Status(field)));
    }

    [Theory]
    [InlineData("setresuid", "uid", "--user", "4321")]
    [InlineData("setresgid", "gid", "--group", "4321")]
    [InlineData("setgroups", "groups", "--groups", "4321")]
    [InlineData("capset", "capabilities", "--cap-keep", "")]
    [InlineData("prctl", "no_new_privs", "--no-new-privileges", "--")]
    public void A_call_that_reports_success_and_does_nothing_is_found_out(string call, string what, params string[] words)
    {
        Stage.NeedRoot();
        var failure = Stage.FailureBehind([Files.Program("refuse"), $"{call}=0", "--"], [.. words, "touch", "/proc/never"]);
        Assert.Equal(ExecStep.Verify, failure!.Step);
        Assert.StartsWith(what, failure.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("setresuid", ExecStep.SetUid, "--user", "4321")]
    [InlineData("setresgid", ExecStep.SetGid, "--user", "4321")]
    [InlineData("setgroups", ExecStep.SetGroups, "--user", "4321")]
    [InlineData("capset", ExecStep.Capabilities, "--cap-keep", "chown")]
    [InlineData("prctl", ExecStep.NoNewPrivileges, "--no-new-privileges", "--")]
    public void A_call_that_is_refused_ends_it(string call, ExecStep step, params string[] words)
    {
        Stage.NeedRoot();
        var failure = Stage.FailureBehind([Files.Program("refuse"), $"{call}=11", "--"], [.. words, "true"]);
        Assert.Equal((step, Errno.EAGAIN), (failure!.Step, failure.Errno.Number));
    }

    /// <summary>A mount namespace with account files of its own.</summary>
    private sealed class Accounts : IDisposable
    {
        private readonly Scratch _scratch = new();

        public Accounts()
        {
            Stage.NeedRoot();
            _scratch.Write("passwd", "root:x:0:0::/root:/bin/sh\nworker:x:4001:4100:W:/home/worker:/bin/bash\n");
            _scratch.Write("group", "root:x:0:\nfirst:x:4100:\nsecond:x:4200:worker\nbroken\nthird:x:4300:a,worker\nother:x:4400:a\n");
        }

        public Stage Run(params string[] words) => Stage.RunBehind(
            [
                "unshare", "--mount", "sh", "-c",
                $"mount --bind {_scratch["passwd"]} /etc/passwd && mount --bind {_scratch["group"]} /etc/group && exec \"$@\"", "sh",
            ],
            words);

        public void Dispose() => _scratch.Dispose();
    }
}
