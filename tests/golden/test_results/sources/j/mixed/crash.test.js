throw new Error('crash while loading');
