using System.Buffers;
using System.Text.Json;
using System.Text.RegularExpressions;
using MetaMcp.Init.Core.Screens;
using MetaMcp.Init.Core.Status;
using MetaMcp.Init.Core.Tests.Status;

namespace MetaMcp.Init.Core.Tests.Screens;

/// <summary>The documents of <c>--json</c>, read by a parser that is not ours.</summary>
public sealed partial class MachineOutputTests
{
    [Fact]
    public void Status_is_one_document_with_rows_and_figures()
    {
        var root = Parse(to => MachineOutput.Status(SamplePages.Ps, to, withProcesses: true));
        Assert.Equal(1, root.GetProperty("schema").GetInt32());
        Assert.Equal("1.4.0", root.GetProperty("system").GetProperty("version").GetString());
        Assert.Equal(1638L << 20, root.GetProperty("system").GetProperty("usage").GetProperty("memory").GetInt64());
        Assert.Equal(Sample.Document.Services.Length, root.GetProperty("services").GetArrayLength());
        Assert.Equal(Sample.Document.Servers.Length, root.GetProperty("servers").GetArrayLength());
        Assert.Equal(Sample.Document.Instances.Length, root.GetProperty("instances").GetArrayLength());
        Assert.Equal(5, root.GetProperty("processes").GetArrayLength());
        var backend = root.GetProperty("services").EnumerateArray().First(row => row.GetProperty("name").GetString() == "backend");
        var usage = backend.GetProperty("usage");
        Assert.Equal(412L << 20, usage.GetProperty("memory").GetInt64());
        Assert.Equal(1_152_000_000, usage.GetProperty("cpu_us").GetInt64());
        Assert.Equal(300_000, usage.GetProperty("cpu_throttled_us").GetInt64());
        Assert.Equal(41, usage.GetProperty("fds").GetInt32());
        Assert.Equal(0, usage.GetProperty("swap").GetInt64());
        Assert.Equal(1.5, usage.GetProperty("memory_pressure").GetProperty("some").GetProperty("avg10").GetDouble());
        Assert.Equal(1_000_000, usage.GetProperty("memory_pressure").GetProperty("full").GetProperty("total_us").GetInt64());
        Assert.False(usage.TryGetProperty("memory_estimated", out _));
    }

    [Fact]
    public void A_figure_that_is_not_known_is_left_out_and_never_0()
    {
        var root = Parse(to => MachineOutput.Status(Sample.Document, to));
        var indexer = root.GetProperty("services").EnumerateArray().First(row => row.GetProperty("name").GetString() == "indexer");
        Assert.True(indexer.GetProperty("usage").GetProperty("memory_estimated").GetBoolean());
        Assert.False(indexer.GetProperty("usage").TryGetProperty("cpu_us", out _));
    }

    [Fact]
    public void An_answer_of_ps_without_further_processes_says_so()
    {
        var root = Parse(to => MachineOutput.Status(Sample.Document, to, withProcesses: true));
        Assert.Equal(0, root.GetProperty("processes").GetArrayLength());
        Assert.False(Parse(to => MachineOutput.Status(Sample.Document, to)).TryGetProperty("processes", out _));
    }

    [Fact]
    public void Health_says_whether_and_why()
    {
        var end = new EndRow(ControlError.State, "worker is open");
        var root = Parse(to => MachineOutput.Health(end, "ready", Sample.Document.Services, to));
        Assert.False(root.GetProperty("healthy").GetBoolean());
        Assert.Equal("ready", root.GetProperty("level").GetString());
        Assert.Equal("worker is open", root.GetProperty("reason").GetString());
        root = Parse(to => MachineOutput.Health(new EndRow(), "alive", [], to));
        Assert.True(root.GetProperty("healthy").GetBoolean());
        Assert.False(root.TryGetProperty("reason", out _));
    }

    /// <summary>A line with the schema is read as the row that it was made from.</summary>
    [Fact]
    public void Each_line_of_events_and_logs_is_a_row_with_the_schema()
    {
        foreach (var row in (StatusRow[])[.. SamplePages.Lines, .. SamplePages.Backend.Events, new EndRow { Sequence = 12 }])
        {
            var to = new ArrayBufferWriter<byte>();
            MachineOutput.Line(row, to);
            Assert.Equal(1, JsonDocument.Parse(to.WrittenMemory).RootElement.GetProperty("schema").GetInt32());
            Assert.Equal(row, StatusReader.Read(to.WrittenSpan));
        }
    }

    /// <summary>As the page of the protocol says; /status of serve is the same document.</summary>
    [Fact]
    public void Only_the_document_of_ps_has_processes()
    {
        Assert.False(Parse(to => MachineOutput.Status(SamplePages.Ps, to)).TryGetProperty("processes", out _));
        Assert.True(Parse(to => MachineOutput.Status(SamplePages.Ps, to, withProcesses: true)).TryGetProperty("processes", out _));
    }

    [Fact]
    public void Every_member_stands_in_the_page_of_the_protocol()
    {
        var page = File.ReadAllText(Path.Combine(ArchitectureTests.Root, "src", "PROTOCOL.md"));
        var names = new HashSet<string>();
        Add(Parse(to => MachineOutput.Status(SamplePages.Ps, to, withProcesses: true)));
        Add(Parse(to => MachineOutput.Health(new EndRow(ControlError.State, "why"), "ready", [], to)));
        var end = new EndRow(ControlError.Busy, "why") { Sequence = 1 };
        foreach (var row in (StatusRow[])[SamplePages.Lines[0], SamplePages.Backend.Events[0], end])
            Add(Parse(to => MachineOutput.Line(row, to)));
        Assert.InRange(names.Count, 80, 200);
        Assert.DoesNotContain("<<<<<<<", page, StringComparison.Ordinal);
        Assert.All(names, name => Assert.Contains($"`{name}`", page, StringComparison.Ordinal));

        void Add(JsonElement element)
        {
            if (element.ValueKind == JsonValueKind.Array)
                foreach (var item in element.EnumerateArray())
                    Add(item);
            if (element.ValueKind != JsonValueKind.Object)
                return;
            foreach (var member in element.EnumerateObject())
            {
                _ = names.Add(member.Name);
                Add(member.Value);
            }
        }
    }

    /// <summary>By the source, so that a member that a sample lacks is found too.</summary>
    [Fact]
    public void Each_row_of_the_page_names_the_members_that_are_written_for_it_and_no_others()
    {
        var page = File.ReadAllText(Path.Combine(ArchitectureTests.Root, "src", "PROTOCOL.md"));
        var rows = 0;
        foreach (var file in Directory.GetFiles(Path.Combine(ArchitectureTests.Root, "src", "MetaMcp.Init.Core", "Status"), "*.cs"))
            foreach (var body in File.ReadAllText(file).Split("line.Begin(\"").Skip(1))
            {
                var row = body[..body.IndexOf('"', StringComparison.Ordinal)];
                var written = WrittenMember().Matches(body).Select(m => m.Groups[1].Value);
                var line = Assert.Single(page.Split('\n'), line => line.StartsWith($"| `{row}` | ", StringComparison.Ordinal) &&
                    page.IndexOf(line, StringComparison.Ordinal) > page.IndexOf("### Rows", StringComparison.Ordinal));
                var named = NamedMember().Matches(InParentheses().Replace(line.Split('|')[2], "")).Select(m => m.Groups[1].Value);
                Assert.Equal(written.Order(), named.Order());
                rows++;
            }
        Assert.Equal(12, rows);
    }

    [GeneratedRegex("""\bline\.\w+\("(\w+)",""")]
    private static partial Regex WrittenMember();

    [GeneratedRegex("`(\\w+)`")]
    private static partial Regex NamedMember();

    [GeneratedRegex(@"\([^)]*\)")]
    private static partial Regex InParentheses();

    private static JsonElement Parse(Action<ArrayBufferWriter<byte>> write)
    {
        var to = new ArrayBufferWriter<byte>();
        write(to);
        Assert.Equal((byte)'\n', to.WrittenSpan[^1]);
        return JsonDocument.Parse(to.WrittenMemory).RootElement;
    }
}
