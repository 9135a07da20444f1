namespace MetaMcp.Init.Tests.Output;

/// <summary>A deadline for what must not block: a test that hangs says nothing about where.</summary>
internal static class Within
{
    public static void Seconds(int seconds, Action action)
    {
        var thread = new Thread(Run) { IsBackground = true };
        Exception? thrown = null;
        thread.Start();
        Assert.True(thread.Join(TimeSpan.FromSeconds(seconds)), "it blocked");
        if (thrown is not null)
            Assert.Fail(thrown.ToString());

        void Run()
        {
            try
            {
                action();
            }
            catch (Exception exception)
            {
                thrown = exception;
            }
        }
    }
}
