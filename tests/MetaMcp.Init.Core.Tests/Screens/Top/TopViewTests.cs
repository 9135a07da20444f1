using MetaMcp.Init.Core.Screens;
using MetaMcp.Init.Core.Screens.Top;

namespace MetaMcp.Init.Core.Tests.Screens.Top;

/// <summary>The keys of <c>top</c>.</summary>
public sealed class TopViewTests
{
    private readonly TopView _view = SampleTop.View();

    [Fact]
    public void Arrows_select_and_stop_at_the_ends()
    {
        Press(TopKeyKind.Home);
        Assert.Equal("search", _view.Selected);
        Press(TopKeyKind.Up);
        Assert.Equal("search", _view.Selected);
        Press(TopKeyKind.Down);
        Assert.Equal("backend", _view.Selected);
        Press(TopKeyKind.End);
        Press(TopKeyKind.Down);
        Assert.Equal("everything@40", _view.Selected);
    }

    [Fact]
    public void The_selected_name_stays_selected_where_rows_change_places()
    {
        Press(TopKeyKind.Home);
        Type("t");
        Assert.Equal("search", _view.Selected);
        _view.Take(SampleTop.At(0), [], TimeSpan.FromHours(1));
        Assert.Equal("search", _view.Selected);
    }

    [Theory]
    [InlineData("m", "search")]
    [InlineData("c", "search")]
    [InlineData("t", "search")]
    [InlineData("p", "backend")]
    public void The_largest_comes_first(string key, string name)
    {
        Type(key);
        Press(TopKeyKind.Home);
        Assert.Equal(name, _view.Selected);
        Assert.Contains(key == "p" ? "PROC▼" : "▼", SampleTop.Draw(_view, 24, new ScreenStyle(80)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_text_finds_names_while_it_is_typed()
    {
        Type("/COMMAND");
        Assert.IsType<TopMode.Finding>(_view.Mode);
        var screen = SampleTop.Draw(_view, 24, new ScreenStyle(80));
        Assert.Contains("find: COMMAND_", screen, StringComparison.Ordinal);
        Assert.DoesNotContain("indexer", screen, StringComparison.Ordinal);
        Assert.Equal("desktop-commander@32", _view.Selected);
        Press(TopKeyKind.Backspace);
        Assert.Equal("COMMAN", _view.Find);
        Press(TopKeyKind.Enter);
        Assert.IsType<TopMode.Table>(_view.Mode);
        Assert.Equal("COMMAN", _view.Find);
        Type("/nothing");
        Assert.Null(_view.Selected);
        Assert.Contains("no name has this text", SampleTop.Draw(_view, 24, new ScreenStyle(80)), StringComparison.Ordinal);
        Press(TopKeyKind.Escape);
        Assert.Equal("", _view.Find);
        Assert.NotNull(_view.Selected);
    }

    [Fact]
    public void An_act_asks_once_and_only_y_confirms()
    {
        Assert.Null(Type("r"));
        Assert.Contains("restart backend? y", SampleTop.Draw(_view, 24, new ScreenStyle(80)), StringComparison.Ordinal);
        Assert.Equal(new TopRequest.Act("restart", "backend"), Type("y"));
        _view.Tell("backend is being restarted");
        Assert.EndsWith("\nbackend is being restarted", SampleTop.Draw(_view, 24, new ScreenStyle(80)), StringComparison.Ordinal);
        Assert.Null(Type("s"));
        Assert.Null(Type("n"));
        Assert.Null(Type("y"));
        Assert.Null(Type("s"));
        Assert.Null(Press(TopKeyKind.Enter));
        Assert.IsType<TopMode.Table>(_view.Mode);
    }

    [Fact]
    public void A_signal_can_be_another_one()
    {
        Assert.Null(Type("K"));
        Assert.Equal(new TopRequest.Act("signal", "backend", "SIGTERM"), Press(TopKeyKind.Enter));
        Assert.Null(Type("K"));
        for (var typed = 0; typed < 10; typed++)
            Press(TopKeyKind.Backspace);
        Assert.Null(Press(TopKeyKind.Enter));
        Assert.Null(Type("K"));
        for (var typed = 0; typed < 4; typed++)
            Press(TopKeyKind.Backspace);
        Assert.Null(Type("USR2"));
        Assert.Equal(new TopRequest.Act("signal", "backend", "SIGUSR2"), Press(TopKeyKind.Enter));
        Assert.Null(Type("K"));
        Assert.Null(Press(TopKeyKind.Escape));
        Assert.IsType<TopMode.Table>(_view.Mode);
    }

    [Fact]
    public void A_launched_server_belongs_to_its_client()
    {
        Press(TopKeyKind.End);
        Assert.Null(Type("s"));
        Assert.IsType<TopMode.Table>(_view.Mode);
        Assert.Contains("everything@40 is a launched server", _view.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Where_the_socket_is_read_only_nothing_can_be_asked_for()
    {
        var view = SampleTop.View(mayAct: false);
        foreach (var key in "rsK")
        {
            Assert.Null(view.Press(TopKey.Of(key)));
            Assert.IsType<TopMode.Table>(view.Mode);
            Assert.Null(view.Press(TopKey.Of('y')));
        }
    }

    [Fact]
    public void A_page_is_shown_and_left()
    {
        Assert.IsType<TopRequest.Look>(Press(TopKeyKind.Enter));
        Assert.Equal(new TopMode.Page("backend", IsLog: false), _view.Mode);
        Assert.IsType<TopRequest.Look>(Type("l"));
        Assert.Equal(new TopMode.Page("backend", IsLog: true), _view.Mode);
        // A key of the table that acts does nothing here.
        Assert.Null(Type("ry"));
        Assert.Null(Type("q"));
        Assert.IsType<TopMode.Table>(_view.Mode);
        Assert.IsType<TopRequest.Quit>(Type("q"));
    }

    [Fact]
    public void A_log_stays_at_its_end_until_it_is_moved()
    {
        Type("l");
        _view.Show(Lines(100));
        Assert.Contains("line 99", SampleTop.Draw(_view, 24, new ScreenStyle(80)), StringComparison.Ordinal);
        _view.Show(Lines(200));
        Assert.Contains("line 199", SampleTop.Draw(_view, 24, new ScreenStyle(80)), StringComparison.Ordinal);
        Press(TopKeyKind.Home);
        _view.Show(Lines(300));
        Assert.Contains("line 0", SampleTop.Draw(_view, 24, new ScreenStyle(80)), StringComparison.Ordinal);

        static string Lines(int many) => string.Concat(Enumerable.Range(0, many).Select(n => $"line {n}\n"));
    }

    [Fact]
    public void Ctrl_C_ends_it_in_every_mode()
    {
        foreach (var mode in (string[])["", "/", "r", "K", "l"])
        {
            var view = SampleTop.View();
            foreach (var key in mode)
                _ = view.Press(TopKey.Of(key));
            Assert.IsType<TopRequest.Suspend>(view.Press(TopKey.Of('\u001a')));
            Assert.IsType<TopRequest.Quit>(view.Press(TopKey.Of('\u0003')));
        }
    }

    [Fact]
    public void Keys_before_the_first_look_do_no_harm()
    {
        var view = new TopView(mayAct: true, SampleTop.Delay);
        foreach (var key in "rsKl/mctpjk x")
            _ = view.Press(TopKey.Of(key));
        foreach (var kind in Enum.GetValues<TopKeyKind>())
            _ = view.Press(new TopKey(kind));
        Assert.Null(view.Selected);
    }

    private TopRequest? Press(TopKeyKind key) => _view.Press(new TopKey(key));

    /// <summary>The request of the last key.</summary>
    private TopRequest? Type(string text)
    {
        TopRequest? last = null;
        foreach (var character in text)
            last = _view.Press(TopKey.Of(character));
        return last;
    }
}
