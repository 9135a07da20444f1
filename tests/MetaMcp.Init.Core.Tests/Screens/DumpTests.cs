using MetaMcp.Init.Core.Screens;
using MetaMcp.Init.Core.Screens.Top;
using MetaMcp.Init.Core.Tests.Screens.Top;
namespace MetaMcp.Init.Core.Tests.Screens;
public sealed class DumpTests
{
    [Fact]
    public void Dump()
    {
        void Put(string name, string? text) => File.WriteAllText($"/tmp/w/h1t/{name}", text);
        Put("top-80", SampleTop.Draw(SampleTop.View(), 24, new ScreenStyle(80)));
        Put("top-120", SampleTop.Draw(SampleTop.View(false), 24, new ScreenStyle(120)));
        Put("top-ascii", SampleTop.Draw(SampleTop.View(), 24, new ScreenStyle(80, IsAscii: true)));
        Put("top-small", SampleTop.Draw(SampleTop.View(), 10, new ScreenStyle(60)));
        Put("top-file", SampleTop.Draw(SampleTop.View(looks: 1), int.MaxValue, new ScreenStyle(80)));
        var view = SampleTop.View();
        _ = view.Press(new TopKey(TopKeyKind.Enter));
        view.Show(NameScreen.Draw(SamplePages.Backend, new ScreenStyle(80))!);
        Put("top-page", SampleTop.Draw(view, 12, new ScreenStyle(80)));
    }
}
