using System.Buffers;
using System.Text;
using MetaMcp.Init.Core.Screens;
using MetaMcp.Init.Core.Screens.Top;
using MetaMcp.Init.Core.Status;
using MetaMcp.Init.Core.Tests.Status;

namespace MetaMcp.Init.Core.Tests.Screens;

/// <summary>
/// Texts of services come to a person's terminal: no page lets through what would move, colour or reverse what stands there.
/// </summary>
public sealed class HostileTextTests
{
    /// <summary>A screen is cleared, a line forged, a title set, a text reversed; and half of a character.</summary>
    private const string Hostile = "\e[2J\r\n● forged\e]0;title\a\u009b1A\u202egnitirw\t\u2028\0\x7f \ud800";

    private static readonly Mark[] AllMarks = Enum.GetValues<Mark>();

    private static StatusDocument Document => Sample.Document with
    {
        System = Sample.Document.System with { Version = Hostile, Missing = [Hostile], Controllers = [Hostile] },
        Services =
        [
            .. Sample.Document.Services.Select(row => row with
            {
                Name = Hostile, Why = Hostile, LastEnd = Hostile, LastLimit = Hostile, Says = Hostile, ProbeFailure = Hostile,
                Instance = Hostile,
                Cgroup = Hostile, DependsOn = [Hostile], NeededBy = ["other" + Hostile],
            }),
        ],
        Servers = [.. Sample.Document.Servers.Select(row => row with { Name = "server" + Hostile, Waiting = 1 })],
        Instances =
        [
            .. Sample.Document.Instances.Select(row => row with
            {
                Name = "instance" + Hostile, Server = "server" + Hostile, Service = Hostile, Id = Hostile, Cgroup = Hostile,
            }),
        ],
        Processes = [new ProcessRow(ProcessKind.Orphan, 7, TimeSpan.Zero) { Name = Hostile }],
    };

    private static IEnumerable<string> Pages(ScreenStyle style)
    {
        yield return StatusScreen.Draw(Document, style);
        yield return PsScreen.Draw(Document, style);
        foreach (var name in (string[])[Hostile, "server" + Hostile, "instance" + Hostile])
            yield return NameScreen.Draw(
                new NamePage(Document, name)
                {
                    Processes = [new ProcessLine(1, 0, Hostile), new ProcessLine(2, 1, Hostile)],
                    Events = [new EventRow(1, TimeSpan.Zero, Hostile, EventLevel.Error, Hostile, Hostile)],
                    Log = [new LogRow(1, 0, Hostile, LogStream.Stderr, Hostile)],
                },
                style)!;
        yield return HealthLines.Draw(new EndRow(ControlError.State, Hostile), "ready", Document.Services, style);
        yield return LogLines.Draw(new LogRow(1, 0, Hostile, LogStream.Stdout, Hostile), style) + "\n";
        var top = new TopView(mayAct: true, TimeSpan.FromSeconds(2));
        top.Take(Document, [new EventRow(1, TimeSpan.Zero, Hostile, EventLevel.Error, Hostile, Hostile)], TimeSpan.Zero);
        // The selected row is turned around by an attribute; here none is.
        yield return string.Join('\n', TopScreen.Draw(top, int.MaxValue, style, "00:00:00 UTC"));
        top.Tell(Hostile);
        _ = top.Press(TopKey.Of('l'));
        yield return string.Join('\n', TopScreen.Draw(top, 24, style, "00:00:00 UTC"));
        yield return EventLines.Draw(new EventRow(1, TimeSpan.Zero, Hostile, EventLevel.Error, Hostile, Hostile), style) + "\n";
    }

    [Theory]
    [InlineData(40, false)]
    [InlineData(80, false)]
    [InlineData(120, true)]
    [InlineData(int.MaxValue, false)]
    [InlineData(int.MaxValue, true)]
    public void No_control_character_reaches_a_terminal(int width, bool isColoured) =>
        Assert.All(Pages(new ScreenStyle(width, IsColoured: isColoured)), page =>
        {
            var plain = System.Text.RegularExpressions.Regex.Replace(page, isColoured ? "\e\\[[0-9]{1,2}m" : "^$", "");
            Assert.DoesNotContain(plain, c => (char.IsControl(c) && c != '\n') || c is '\u202e' or '\u2028' || char.IsSurrogate(c));
            // The mark of the forged line stands within a line, never in front of one.
            Assert.All(plain.Split('\n'), line => Assert.DoesNotMatch("^ *● forged", line));
            if (width != int.MaxValue)
                Assert.All(plain.Split('\n'), line => Assert.InRange(TextColumns.Of(line), 0, width));
        });

    [Fact]
    public void What_was_there_is_shown_escaped()
    {
        Assert.Equal(@"\x1b[2J\r\n● forged\x1b]0;title\x07\u009b1A\u202egnitirw  \u2028\x00\x7f " + '\ufffd', SafeText.Of(Hostile));
        Assert.Equal("red", SafeText.Of("\e[31mred\e[0m"));
    }

    [Fact]
    public void Plain_text_is_not_copied()
    {
        foreach (var text in (string[])["plain", "ünïcödé ✓ 日本 🦀", ""])
            Assert.Same(text, SafeText.Of(text));
    }

    [Fact]
    public void A_json_line_stays_one_line()
    {
        var to = new ArrayBufferWriter<byte>();
        MachineOutput.Line(new LogRow(1, 0, Hostile, LogStream.Stdout, Hostile), to);
        var line = Encoding.UTF8.GetString(to.WrittenSpan);
        Assert.DoesNotContain(line[..^1], char.IsControl);
        Assert.EndsWith("\n", line, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_mark_is_drawn_in_one_column() => Assert.All(AllMarks, mark =>
    {
        Assert.Equal(1, TextColumns.Of(Marks.Draw(mark, new ScreenStyle(80))));
        Assert.Equal(1, TextColumns.Of(Marks.Draw(mark, new ScreenStyle(80, IsAscii: true))));
    });
}
