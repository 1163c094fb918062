import './readable.css';
import DefaultTheme from 'vitepress/theme-without-fonts';

// oxlint-disable-next-line import/no-default-export -- VitePress asks for it
export default DefaultTheme;
