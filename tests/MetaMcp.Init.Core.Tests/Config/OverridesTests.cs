using System.Text;
using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Tests.Config;

public sealed class OverridesTests
{
    private const string File = """
        [limits]
        memory = "1GiB"
        max_instances = 3
        [health]
        interval = "7s"
        [shutdown]
        timeout = "8s"
        term_timeout = "4s"
        retries = 1
        [service.plain]
        command = ["a"]
        probe = { tcp = "127.0.0.1:1" }
        memory_max = "10MiB"
        [service.particular]
        command = ["a"]
        stop_timeout = "6s"
        probe = { tcp = "127.0.0.1:1", interval = "5s" }
        """;

    [Fact]
    public void Each_stands_above_its_key_of_the_file()
    {
        var settings = Read(
            "METAMCP_MAX_PROCESSES=15", "METAMCP_MEMORY_LIMIT_MB=4096", "METAMCP_HEALTH_CHECK_INTERVAL=30000",
                "METAMCP_ALERT_ENABLED=false",
            "METAMCP_CLEANUP_TIMEOUT=1500", "METAMCP_CLEANUP_RETRIES=0", "METAMCP_GRACEFUL_SHUTDOWN_TIMEOUT=20000",
                "METAMCP_RESOURCE_MONITORING=0");
        Assert.Equal(
            (15, new ByteSize(4L << 30), false), (settings.Limits.MaxInstances, settings.Limits.Memory, settings.Limits.Monitoring));
        Assert.Equal(
            (TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(1.5), 0),
            (settings.Shutdown.Timeout, settings.Shutdown.TermTimeout, settings.Shutdown.Retries));
        Assert.Equal(TimeSpan.FromSeconds(30), settings.Health.Interval);
        Assert.False(settings.Alerts.Enabled);
    }

    [Fact]
    public void Services_take_it_for_their_default_and_hold_to_what_they_say_themselves()
    {
        var settings = Read("METAMCP_HEALTH_CHECK_INTERVAL=30000", "METAMCP_CLEANUP_TIMEOUT=1500");
        Assert.Equal([30, 5], settings.Services.Select(s => s.Probe!.Interval.TotalSeconds));
        Assert.Equal([1.5, 6], settings.Services.Select(s => s.StopTimeout.TotalSeconds));
    }

    [Fact]
    public void Without_lifecycle_services_are_started_and_stopped_and_no_more()
    {
        var settings = Read(out var said, "METAMCP_LIFECYCLE_ENABLED=FALSE");
        Assert.All(settings!.Services, service => Assert.Equal(
            (null, ReadyRule.Started, RestartPolicy.Never, null),
            (service.Probe, service.Ready, service.Restart.Policy, service.Limits.MemoryMax)));
        Assert.Equal((null, Enforcement.Off), (settings.Limits.Memory, settings.Limits.Enforce));
        Assert.Equal(["METAMCP_LIFECYCLE_ENABLED: warning: is false: services run without limits, probes and restarts"], said);
    }

    [Theory]
    [InlineData("METAMCP_MAX_PROCESSES=")]
    [InlineData("METAMCP_MAX_PROCESSES=  ")]
    [InlineData("METAMCP_SOMETHING_OF_METAMCP=1")]
    [InlineData("METAMCP_LIFECYCLE_ENABLED=1")]
    public void An_empty_or_foreign_variable_means_nothing(string variable)
    {
        Assert.Equal(3, Read(out var said, variable)!.Limits.MaxInstances);
        Assert.Empty(said);
    }

    [Theory]
    [InlineData("METAMCP_MAX_PROCESSES=many", "METAMCP_MAX_PROCESSES: is no whole number of instances; write METAMCP_MAX_PROCESSES=15")]
    [InlineData("METAMCP_MAX_PROCESSES=0", "METAMCP_MAX_PROCESSES: 0 is out of range; it can be 1 to 1000000 instances")]
    [InlineData("METAMCP_CLEANUP_TIMEOUT=10s",
        "METAMCP_CLEANUP_TIMEOUT: is no whole number of milliseconds; write METAMCP_CLEANUP_TIMEOUT=10000")]
    [InlineData("METAMCP_CLEANUP_TIMEOUT=-1",
        "METAMCP_CLEANUP_TIMEOUT: is no whole number of milliseconds; write METAMCP_CLEANUP_TIMEOUT=10000")]
    [InlineData("METAMCP_CLEANUP_TIMEOUT=99999999999999999999",
        "METAMCP_CLEANUP_TIMEOUT: is no whole number of milliseconds; write METAMCP_CLEANUP_TIMEOUT=10000")]
    [InlineData("METAMCP_MEMORY_LIMIT_MB=4GiB", "METAMCP_MEMORY_LIMIT_MB: is no whole number of MiB; write METAMCP_MEMORY_LIMIT_MB=4096")]
    [InlineData("METAMCP_ALERT_ENABLED=ja", "METAMCP_ALERT_ENABLED: is neither true nor false; write METAMCP_ALERT_ENABLED=true")]
    public void A_bad_value_is_refused_with_what_to_write(string variable, string expected)
    {
        Assert.Null(Read(out var said, variable));
        Assert.Equal([expected], said);
    }

    [Fact]
    public void All_are_told_at_once_with_the_errors_of_the_file_and_a_slip_of_the_pen_is_pointed_at()
    {
        var result = ConfigReader.Read("f", Encoding.UTF8.GetBytes("[service.a]\ncomand = [\"a\"]\n"), new Dictionary<string, string>
        {
            ["METAMCP_MAX_PROCESSES"] = "x", ["METAMCP_ALERT_ENABLED"] = "x", ["METAMCP_CLEANUP_TIMEOUTS"] = "1",
        });
        Assert.Null(result.Settings);
        var said = result.Diagnostics.Select(d => d.ToString()).ToList();
        Assert.Equal(5, said.Count);
        Assert.Contains("METAMCP_CLEANUP_TIMEOUTS: warning: means nothing to mcp-init; did you mean METAMCP_CLEANUP_TIMEOUT?", said);
    }

    private static Settings Read(params string[] variables)
    {
        var settings = Read(out var said, variables);
        Assert.Empty(said);
        Assert.NotNull(settings);
        return settings;
    }

    private static Settings? Read(out IReadOnlyList<string> said, params string[] variables)
    {
        var result =
            ConfigReader.Read("f", Encoding.UTF8.GetBytes(File), variables.Select(v => v.Split('=', 2)).ToDictionary(v => v[0], v => v[1]));
        said = [.. result.Diagnostics.Select(d => d.ToString())];
        return result.Settings;
    }
}
